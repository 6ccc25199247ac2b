package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/getbindu/bindu-go/task"
)

// The store's time is that of its process: what has the file open is on one machine.
func now() int64 { return time.Now().UnixMilli() }

// Hold implements [task.Store].
func (s *Store) Hold(ctx context.Context, holder string, d time.Duration) error {
	return s.change(ctx, everybody, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.StmtContext(ctx, s.stmt.hold).ExecContext(ctx, holder, now()+d.Milliseconds())
		return err
	})
}

// Release implements [task.Store]. The lease stays as one that has ended, until
// somebody has looked for runs of its holder.
func (s *Store) Release(ctx context.Context, holder string) error {
	return s.change(ctx, everybody, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.StmtContext(ctx, s.stmt.release).ExecContext(ctx, holder)
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
	over, err := s.leaseOver(ctx, r)
	if err != nil || !over {
		return nil, err
	}
	began := now()
	var all []task.Lost
	for more := true; more; {
		var after task.Lost // where the last batch ended
		if len(all) > 0 {
			after = all[len(all)-1]
		}
		var failed []task.Lost
		err := s.change(ctx, everybody, func(ctx context.Context, tx *sql.Tx) (err error) {
			failed, err = s.failBatch(ctx, tx, r, c, after)
			return err
		})
		if err != nil {
			return all, err
		}
		all, more = append(all, failed...), len(failed) == batch
	}
	return all, s.change(ctx, everybody, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.StmtContext(ctx, s.stmt.forgetLeases).ExecContext(ctx, r.Holder, r.Alone, began)
		return err
	})
}

// leaseOver reports whether there is a reason to look for lost runs.
func (s *Store) leaseOver(ctx context.Context, r task.Recovery) (over bool, err error) {
	if r.Alone {
		return true, nil
	}
	err = s.view(ctx, everybody, func(ctx context.Context, tx *sql.Tx) error {
		return tx.StmtContext(ctx, s.stmt.anyLeaseOver).QueryRowContext(ctx, now(), r.Holder).Scan(&over)
	})
	return over, err
}

func (s *Store) failBatch(ctx context.Context, tx *sql.Tx, r task.Recovery, c change, after task.Lost) ([]task.Lost, error) {
	lost, err := s.lost(ctx, tx, s.stmt.anyLost, r, after, batch)
	if err != nil {
		return nil, err
	}
	for i := range lost {
		h, err := s.lock(ctx, tx, lost[i].Owner, lost[i].ID)
		if err != nil {
			return nil, err
		}
		c.Run, lost[i].Run = h.run, h.run
		if err := s.apply(ctx, tx, h, c); err != nil {
			return nil, err
		}
	}
	return lost, nil
}

func (s *Store) lost(ctx context.Context, tx *sql.Tx, stmt *sql.Stmt, r task.Recovery, after task.Lost, limit int) (all []task.Lost, err error) {
	rows, err := tx.StmtContext(ctx, stmt).QueryContext(ctx, after.Owner, after.ID, r.Holder, r.Alone, now(), limit)
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
