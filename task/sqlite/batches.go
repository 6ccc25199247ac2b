package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/getbindu/bindu-go/task"
)

// batch is how many tasks one transaction changes at most: others write between
// two of them, and the write-ahead log is cut.
const batch = 100

// batchBytes ends a batch sooner: what belongs to its tasks is deleted with them.
const batchBytes = 8 << 20

// ClearContext implements [task.Store].
func (s *Store) ClearContext(ctx context.Context, owner, contextID string) (int, error) {
	cleared, left := 0, -1
	for {
		var n int
		err := s.change(ctx, owner, func(ctx context.Context, tx *sql.Tx) (err error) {
			if left < 0 { // more may come meanwhile; somebody who keeps sending does not keep this going
				if err := tx.StmtContext(ctx, s.stmt.contextSize).QueryRowContext(ctx, owner, contextID).Scan(&left); err != nil {
					return err
				}
			}
			n, err = s.clearBatch(ctx, tx, owner, contextID, min(batch, left))
			return err
		})
		if err != nil {
			return cleared, err
		}
		cleared, left = cleared+n, left-n
		if n == 0 || left == 0 {
			return cleared, nil
		}
	}
}

// clearBatch deletes up to limit tasks of a context, the oldest ids first.
func (s *Store) clearBatch(ctx context.Context, tx *sql.Tx, owner, contextID string, limit int) (int, error) {
	next, err := s.choose(ctx, tx, func(doomed) bool { return true }, s.stmt.contextBatch, owner, contextID, limit)
	if err != nil {
		return 0, err
	}
	return len(next), s.remove(ctx, tx, next)
}

// FailUnfinished implements [task.Store].
func (s *Store) FailUnfinished(ctx context.Context, t task.Transition) (int, error) {
	message, _, _, err := encode(t)
	if err != nil {
		return 0, err
	}
	var failed int64
	var owner, id string // where the last batch ended
	for {
		err := s.change(ctx, everybody, func(ctx context.Context, tx *sql.Tx) error {
			var toOwner, toID string
			err := tx.StmtContext(ctx, s.stmt.anyUnfinished).QueryRowContext(ctx, owner, id, batch).Scan(&toOwner, &toID)
			if err != nil {
				return err
			}
			result, err := tx.StmtContext(ctx, s.stmt.failAnyUnfinished).ExecContext(ctx, t.To, message, t.At.UnixMilli(), owner, id, toOwner, toID)
			if err != nil {
				return err
			}
			n, err := result.RowsAffected()
			failed, owner, id = failed+n, toOwner, toID
			return err
		})
		if errors.Is(err, sql.ErrNoRows) {
			return int(failed), nil
		}
		if err != nil {
			return int(failed), err
		}
	}
}
