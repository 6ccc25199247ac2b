package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// TakeLost implements [task.Store].
func (s *Store) TakeLost(ctx context.Context, r task.Recovery, run string, at time.Time) (task.Taken, error) {
	over, err := s.leaseOver(ctx, r)
	if err != nil || !over {
		return task.Taken{}, err
	}
	var taken task.Taken
	err = s.change(ctx, everybody, func(ctx context.Context, tx *sql.Tx) error {
		taken = task.Taken{}
		lost, err := s.lost(ctx, tx, s.stmt.anyLostNotTaken, r, r.After, 1)
		if err != nil || len(lost) == 0 {
			return err
		}
		h, err := s.lock(ctx, tx, lost[0].Owner, lost[0].ID)
		if err != nil {
			return err
		}
		taken = task.Taken{Lost: task.Lost{Owner: lost[0].Owner, ID: lost[0].ID, Run: h.run}, Fence: h.fence + 1}
		return s.take(ctx, tx, h, r.Holder, run, at.UnixMilli())
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
	if err := tx.StmtContext(ctx, s.stmt.chunkBytes).QueryRowContext(ctx, h.n).Scan(&size); err != nil {
		return err
	}
	if _, err := tx.StmtContext(ctx, s.stmt.dropChunks).ExecContext(ctx, h.n); err != nil {
		return err
	}
	if err := s.charge(ctx, tx, h.owner, 0, -size, 0, 0); err != nil {
		return err
	}
	e := entry{kind: task.EventState, run: run, at: at, state: text(string(a2a.TaskStateSubmitted))}
	if err := s.appendEvent(ctx, tx, h, e); err != nil {
		return err
	}
	_, err := tx.StmtContext(ctx, s.stmt.takeTask).ExecContext(ctx, run, holder, size, at, h.seq, h.n)
	return err
}
