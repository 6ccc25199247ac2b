package sqlrows

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/getbindu/bindu-go/task"
)

// Hold implements [task.Store].
func (s *Store) Hold(ctx context.Context, holder string, d time.Duration) error {
	return s.change(ctx, everybody, func(ctx context.Context, tx *sql.Tx) error {
		until, err := s.until(ctx, tx, d)
		if err == nil {
			_, err = tx.StmtContext(ctx, s.stmt.Hold).ExecContext(ctx, holder, until)
		}
		return err
	})
}

// Release implements [task.Store]. The lease stays as one that has ended, until
// somebody has looked for runs of its holder.
func (s *Store) Release(ctx context.Context, holder string) error {
	return s.change(ctx, everybody, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.StmtContext(ctx, s.stmt.Release).ExecContext(ctx, holder)
		return err
	})
}

// FailLost implements [task.Store]. It looks through all tasks only when a lease
// has ended, and lets others write between two batches.
func (s *Store) FailLost(ctx context.Context, r task.Recovery) ([]task.Lost, error) {
	c, err := encode(r.Transition)
	if err != nil {
		return nil, err
	}
	began, over, err := s.leaseOver(ctx, r)
	if err != nil || !over {
		return nil, err
	}
	var all []task.Lost
	var from, after task.Lost // where the last batch ended
	for more := true; more; {
		var failed []task.Lost
		err := s.change(ctx, everybody, func(ctx context.Context, tx *sql.Tx) (err error) {
			failed, after, err = s.failBatch(ctx, tx, r, c, from)
			return err
		})
		if err != nil {
			return all, err
		}
		all, more, from = append(all, failed...), after.ID != "", after
	}
	return all, s.change(ctx, everybody, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.StmtContext(ctx, s.stmt.ForgetLeases).ExecContext(ctx, r.Holder, r.Alone, began)
		return err
	})
}

// leaseOver reports whether there is a reason to look for lost runs, and when it looked.
func (s *Store) leaseOver(ctx context.Context, r task.Recovery) (at int64, over bool, err error) {
	err = s.view(ctx, everybody, func(ctx context.Context, tx *sql.Tx) (err error) {
		if at, err = s.db.Now(ctx, tx); err != nil || r.Alone {
			return err
		}
		return tx.StmtContext(ctx, s.stmt.AnyLeaseOver).QueryRowContext(ctx, at, r.Holder).Scan(&over)
	})
	return at, over || r.Alone, err
}

// failBatch fails the next lost tasks. last is the one that it ended with, none if there are
// no more.
func (s *Store) failBatch(ctx context.Context, tx *sql.Tx, r task.Recovery, c change, after task.Lost) (failed []task.Lost, last task.Lost, err error) {
	lost, err := s.lost(ctx, tx, s.stmt.AnyLost, r, after, Batch)
	if err != nil {
		return nil, last, err
	}
	for _, l := range lost {
		h, still, err := s.lockLost(ctx, tx, l, r)
		if err != nil {
			return nil, last, err
		}
		if !still {
			continue
		}
		c.Run, l.Run = h.run, h.run
		if err := s.apply(ctx, tx, h, c); err != nil {
			return nil, last, err
		}
		failed = append(failed, l)
	}
	if len(lost) == Batch {
		last = lost[Batch-1]
	}
	return failed, last, nil
}

// lockLost locks a task that was found, unless it is not lost any more.
func (s *Store) lockLost(ctx context.Context, tx *sql.Tx, l task.Lost, r task.Recovery) (*head, bool, error) {
	h, err := s.lock(ctx, tx, l.Owner, l.ID)
	if errors.Is(err, task.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	still, err := s.isLost(ctx, tx, h, r)
	return h, still, err
}

func (s *Store) lost(ctx context.Context, tx *sql.Tx, stmt *sql.Stmt, r task.Recovery, after task.Lost, limit int) (all []task.Lost, err error) {
	now, err := s.db.Now(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.StmtContext(ctx, stmt).QueryContext(ctx, after.Owner, after.ID, r.Holder, r.Alone, now, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var l task.Lost
		if err := rows.Scan(&l.Owner, &l.ID); err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, rows.Err()
}
