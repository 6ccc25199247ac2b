package sqlrows

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/getbindu/bindu-go/task"
)

// roomRounds is how many batches of old tasks one change deletes to get room.
// Who needs more gets it with the next attempt.
const roomRounds = 10

// doomed is a task that is about to be deleted.
type doomed struct {
	n, owner int64
	size     int
}

// Expire implements [task.Store].
func (s *Store) Expire(ctx context.Context, before time.Time, limit int) (n int, err error) {
	err = s.change(ctx, everybody, func(ctx context.Context, tx *sql.Tx) error {
		old, err := s.choose(ctx, tx, func(doomed) bool { return true }, s.stmt.AnyAtRest, before.UnixMilli(), min(limit, Batch))
		if err != nil {
			return err
		}
		n = len(old)
		return s.remove(ctx, tx, old)
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// changeWithRoom is [Store.change]; if the owner's quota of tasks or bytes
// refuses it and its old tasks may go, they do, except one, and it is tried again.
func (s *Store) changeWithRoom(ctx context.Context, owner, except string, makeRoom bool, fn func(context.Context, *sql.Tx) error) error {
	for round := 0; ; round++ {
		err := s.change(ctx, owner, fn)
		var quota *task.QuotaError
		if !makeRoom || round == roomRounds || !errors.As(err, &quota) || quota.Over <= 0 {
			return err
		}
		n, failed := s.makeRoom(ctx, owner, except, quota)
		if failed != nil {
			return failed
		}
		if n == 0 {
			return err
		}
	}
}

// makeRoom deletes the owner's oldest ended tasks, but no more than are needed
// and no more than a batch, and returns how many.
func (s *Store) makeRoom(ctx context.Context, owner, except string, quota *task.QuotaError) (n int, err error) {
	err = s.change(ctx, owner, func(ctx context.Context, tx *sql.Tx) error {
		over := quota.Over
		enough := func(d doomed) bool {
			if over <= 0 {
				return false
			}
			if quota.Quota == task.QuotaTasks {
				over--
			} else {
				over -= int64(d.size)
			}
			return true
		}
		old, err := s.choose(ctx, tx, enough, s.stmt.OldestEnded, owner, except, Batch)
		if err != nil {
			return err
		}
		n = len(old)
		return s.remove(ctx, tx, old)
	})
	return n, err
}

// choose returns the tasks of a query, as long as more are wanted and they are
// not too large for one transaction.
func (s *Store) choose(ctx context.Context, tx *sql.Tx, want func(doomed) bool, stmt *sql.Stmt, args ...any) ([]doomed, error) {
	rows, err := tx.StmtContext(ctx, stmt).QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []doomed
	for size := 0; size < batchBytes && rows.Next(); {
		var d doomed
		if err := rows.Scan(&d.n, &d.owner, &d.size); err != nil {
			return nil, err
		}
		if !want(d) {
			break
		}
		all, size = append(all, d), size+d.size
	}
	return all, rows.Err()
}

// remove deletes tasks with all that belongs to them, gives their room back and
// forgets owners who have none left.
func (s *Store) remove(ctx context.Context, tx *sql.Tx, tasks []doomed) error {
	count, size := make(map[int64]int), make(map[int64]int)
	for _, d := range tasks {
		count[d.owner]++
		size[d.owner] += d.size
	}
	owners := sortedKeys(count)
	for _, owner := range owners { // first: who makes a task has its owner, and must not wait for one of the same id
		if err := s.charge(ctx, tx, owner, -count[owner], -size[owner], 0, 0); err != nil {
			return err
		}
	}
	for _, d := range tasks {
		if _, err := tx.StmtContext(ctx, s.stmt.DeleteTask).ExecContext(ctx, d.n); err != nil {
			return err
		}
	}
	for _, owner := range owners {
		if _, err := tx.StmtContext(ctx, s.stmt.ForgetOwner).ExecContext(ctx, owner); err != nil {
			return err
		}
	}
	return nil
}
