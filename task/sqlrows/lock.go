package sqlrows

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/getbindu/bindu-go/task"
)

// lockWith has others wait who want the same row. What was read before may have changed.
func lockWith(ctx context.Context, tx *sql.Tx, stmt *sql.Stmt, key any) error {
	if stmt == nil {
		return nil
	}
	var n int64
	err := tx.StmtContext(ctx, stmt).QueryRowContext(ctx, key).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // what is not there does not change
	}
	return err
}

// sortedKeys are the numbers of owners in the order in which they are locked.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// isLost reports whether the run of a task that is locked is lost still: others may have
// taken or ended it since it was found, or its holder may be back.
func (s *Store) isLost(ctx context.Context, tx *sql.Tx, h *head, r task.Recovery) (lost bool, err error) {
	if s.stmt.IsLost == nil {
		return true, nil
	}
	now, err := s.db.Now(ctx, tx)
	if err != nil {
		return false, err
	}
	err = tx.StmtContext(ctx, s.stmt.IsLost).QueryRowContext(ctx, h.n, r.Holder, r.Alone, now).Scan(&lost)
	return lost, err
}

// until is a time from now on.
func (s *Store) until(ctx context.Context, tx *sql.Tx, d time.Duration) (int64, error) {
	now, err := s.db.Now(ctx, tx)
	return now + d.Milliseconds(), err
}
