package sqlrows

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// head is what a change has to know of a task, read in the transaction of the
// change: nobody else numbers events meanwhile.
type head struct {
	n, owner            int64 // the numbers of the task and its owner
	contextID           string
	run                 string
	fence, seq          int64
	told                bool
	state               a2a.TaskState
	messages, artifacts int64
}

// lock reads the head of a task that is about to be changed.
func (s *Store) lock(ctx context.Context, tx *sql.Tx, owner, id string) (*head, error) {
	h := new(head)
	err := tx.StmtContext(ctx, s.stmt.HeadForUpdate).QueryRowContext(ctx, owner, id).
		Scan(&h.n, &h.owner, &h.run, &h.fence, &h.seq, &h.told, &h.contextID, &h.state, &h.messages, &h.artifacts)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, task.ErrNotFound
	}
	return h, err
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
	place sql.NullInt64
	sent  sent
	body  sql.NullString
}

// sent is what tells a message of a client from others. The zero value is of what no
// client sent.
type sent struct {
	owner  sql.NullInt64
	id     sql.NullString
	digest []byte
}

// appendEvent gives an event the next number of its task. The caller stores the
// head afterwards.
func (s *Store) appendEvent(ctx context.Context, tx *sql.Tx, h *head, e entry) error {
	h.seq++
	return s.insertEvent(ctx, tx, h, h.seq, e)
}

func (s *Store) insertEvent(ctx context.Context, tx *sql.Tx, h *head, seq int64, e entry) error {
	_, err := tx.StmtContext(ctx, s.stmt.InsertEvent).ExecContext(ctx,
		h.n, seq, e.kind, e.run, e.at, e.state, e.place, e.sent.owner, e.sent.id, e.sent.digest, e.body)
	return err
}

// addArtifact appends an artifact that is whole.
func (s *Store) addArtifact(ctx context.Context, tx *sql.Tx, h *head, run string, at int64, body string) error {
	h.artifacts++
	return s.appendEvent(ctx, tx, h, entry{kind: task.EventArtifact, run: run, at: at, place: number(h.artifacts - 1), body: text(body)})
}

// addMessage appends a message.
func (s *Store) addMessage(ctx context.Context, tx *sql.Tx, h *head, run string, at time.Time, from sent, body string) error {
	h.messages++
	return s.appendEvent(ctx, tx, h, entry{kind: task.EventMessage, run: run, at: at.UnixMilli(), place: number(h.messages - 1), sent: from, body: text(body)})
}

func number(n int64) sql.NullInt64  { return sql.NullInt64{Int64: n, Valid: true} }
func text(s string) sql.NullString  { return sql.NullString{String: s, Valid: true} }
func isAtRest(s a2a.TaskState) bool { return task.Head{State: s}.AtRest() }
