package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// head is what a change has to know of a task, read in the transaction of the
// change: nobody else numbers events meanwhile.
type head struct {
	owner, id, contextID string
	run                  string
	fence, seq           int64
	told                 bool
	state                a2a.TaskState
	messages, artifacts  int64
}

// lock reads the head of a task that is about to be changed.
func (s *Store) lock(ctx context.Context, tx *sql.Tx, owner, id string) (*head, error) {
	h := &head{owner: owner, id: id}
	err := tx.StmtContext(ctx, s.stmt.headForUpdate).QueryRowContext(ctx, owner, id).
		Scan(&h.run, &h.fence, &h.seq, &h.told, &h.contextID, &h.state, &h.messages, &h.artifacts)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, task.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return h, s.numberOnce(ctx, tx, h)
}

// numberOnce gives numbers to what a version without events wrote.
func (s *Store) numberOnce(ctx context.Context, tx *sql.Tx, h *head) error {
	if h.seq > 0 {
		return nil
	}
	h.seq = h.messages + h.artifacts + 1
	_, err := tx.StmtContext(ctx, s.stmt.number).ExecContext(ctx, h.owner, h.id)
	return err
}

// allows reports why a run may not write, if it may not; "" is no run.
func (h *head) allows(run string, fence int64) error {
	switch {
	case h.state.Terminal(), h.state == task.StateAnswered:
		return task.ErrEnded
	case run != "" && (run != h.run || fence != h.fence):
		return task.ErrSuperseded
	}
	return nil
}

// entry is an event on its way into the store.
type entry struct {
	kind  task.EventKind
	run   string
	at    int64
	state sql.NullString
	ref   sql.NullInt64
	body  sql.NullString
}

// appendEvent gives an event the next number of its task. The caller stores the
// head afterwards.
func (s *Store) appendEvent(ctx context.Context, tx *sql.Tx, h *head, e entry) error {
	h.seq++
	return s.insertEvent(ctx, tx, h, h.seq, e)
}

func (s *Store) insertEvent(ctx context.Context, tx *sql.Tx, h *head, seq int64, e entry) error {
	_, err := tx.StmtContext(ctx, s.stmt.insertEvent).ExecContext(ctx, h.owner, h.id, seq, e.kind, e.run, e.at, e.state, e.ref, e.body)
	return err
}

func number(n int64) sql.NullInt64  { return sql.NullInt64{Int64: n, Valid: true} }
func text(s string) sql.NullString  { return sql.NullString{String: s, Valid: true} }
func isAtRest(s a2a.TaskState) bool { return task.Head{State: s}.AtRest() }
