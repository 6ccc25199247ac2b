package sqlrows

import (
	"context"
	"database/sql"

	"github.com/getbindu/bindu-go/task"
)

// charge adds to what an owner uses and refuses what exceeds a quota that is
// set; the caller's transaction is then rolled back.
func (s *Store) charge(ctx context.Context, tx *sql.Tx, owner int64, tasks, size int, maxTasks, maxBytes int64) error {
	if tasks == 0 && size == 0 {
		return nil
	}
	var now used
	err := tx.StmtContext(ctx, s.stmt.Charge).QueryRowContext(ctx, tasks, size, owner).Scan(&now.tasks, &now.bytes)
	if err != nil {
		return err
	}
	return now.within(tasks, size, maxTasks, maxBytes)
}

// used is what an owner has.
type used struct{ tasks, bytes int64 }

// within judges what an owner has after a change of tasks and size.
func (u used) within(tasks, size int, maxTasks, maxBytes int64) error {
	switch {
	case tasks > 0 && maxTasks > 0 && u.tasks > maxTasks:
		return &task.QuotaError{Quota: task.QuotaTasks, Limit: maxTasks, Over: u.tasks - maxTasks}
	case size > 0 && maxBytes > 0 && int64(size) > maxBytes:
		return &task.QuotaError{Quota: task.QuotaBytes, Limit: maxBytes} // no room would be enough
	case size > 0 && maxBytes > 0 && u.bytes > maxBytes:
		return &task.QuotaError{Quota: task.QuotaBytes, Limit: maxBytes, Over: u.bytes - maxBytes}
	}
	return nil
}
