package sqlrows

import (
	"context"
	"database/sql"
)

// Batch is how many tasks one transaction changes at most: others write between
// two of them, and the write-ahead log is cut.
const Batch = 100

// batchBytes ends a batch sooner: what belongs to its tasks is deleted with them.
const batchBytes = 8 << 20

// ClearContext implements [task.Store].
func (s *Store) ClearContext(ctx context.Context, owner, contextID string) (int, error) {
	cleared, left := 0, 0
	for {
		var n int
		err := s.change(ctx, owner, func(ctx context.Context, tx *sql.Tx) (err error) {
			if cleared == 0 { // more may come meanwhile; somebody who keeps sending does not keep this going
				if err := tx.StmtContext(ctx, s.stmt.ContextSize).QueryRowContext(ctx, owner, contextID).Scan(&left); err != nil {
					return err
				}
			}
			n, err = s.clearBatch(ctx, tx, owner, contextID, min(Batch, left))
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
	next, err := s.choose(ctx, tx, func(doomed) bool { return true }, s.stmt.ContextBatch, owner, contextID, limit)
	if err != nil {
		return 0, err
	}
	return len(next), s.remove(ctx, tx, next)
}
