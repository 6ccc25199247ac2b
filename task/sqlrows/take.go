package sqlrows

import (
	"context"
	"database/sql"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// TakeLost implements [task.Store].
func (s *Store) TakeLost(ctx context.Context, r task.Recovery, run string, at time.Time) (task.Taken, error) {
	_, over, err := s.leaseOver(ctx, r)
	if err != nil || !over {
		return task.Taken{}, err
	}
	var taken task.Taken
	err = s.change(ctx, everybody, func(ctx context.Context, tx *sql.Tx) error {
		taken = task.Taken{}
		for after := r.After; ; {
			lost, err := s.lost(ctx, tx, s.stmt.AnyLostNotTaken, r, after, 1)
			if err != nil || len(lost) == 0 {
				return err
			}
			after = lost[0]
			h, still, err := s.lockLost(ctx, tx, after, r)
			if err != nil {
				return err
			}
			if still {
				taken = task.Taken{Lost: task.Lost{Owner: after.Owner, ID: after.ID, Run: h.run}, Fence: h.fence + 1}
				return s.take(ctx, tx, h, r.Holder, run, at.UnixMilli())
			}
		}
	})
	if err != nil || taken.ID == "" {
		return task.Taken{}, err
	}
	taken.Task, err = s.Get(ctx, taken.Owner, taken.ID, -1)
	return taken, err
}

// take gives a task to another run, which makes anew what the one before made.
func (s *Store) take(ctx context.Context, tx *sql.Tx, h *head, holder, run string, at int64) error {
	var size int
	if err := tx.StmtContext(ctx, s.stmt.ChunkBytes).QueryRowContext(ctx, h.n).Scan(&size); err != nil {
		return err
	}
	if _, err := tx.StmtContext(ctx, s.stmt.DropChunks).ExecContext(ctx, h.n); err != nil {
		return err
	}
	if err := s.charge(ctx, tx, h.owner, 0, -size, 0, 0); err != nil {
		return err
	}
	e := entry{kind: task.EventState, run: run, at: at, state: text(string(a2a.TaskStateSubmitted))}
	if err := s.appendEvent(ctx, tx, h, e); err != nil {
		return err
	}
	_, err := tx.StmtContext(ctx, s.stmt.TakeTask).ExecContext(ctx, run, holder, size, at, h.seq, h.n)
	return err
}
