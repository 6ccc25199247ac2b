package sqlrows

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// submission is a message on its way into the store, with what of it needs no
// transaction made before others have to wait.
type submission struct {
	*task.Submission
	task    *a2a.Task // the one that it creates, if it does
	body    string    // of its message
	outcome change    // the zero value if it has none yet
	push    string    // of its webhook, "" if it has none
}

var errOutcome = errors.New("an outcome is a state at rest of a new task")

func prepare(sub *task.Submission) (*submission, error) {
	p := &submission{Submission: sub}
	if sub.Push != nil {
		var err error
		if p.push, err = encodePush(sub.Push.Push); err != nil {
			return nil, err
		}
	}
	if sub.Message.TaskID == "" || sub.AdoptTaskID {
		if err := p.create(); err != nil {
			return nil, err
		}
	}
	if sub.Outcome == nil {
		return p, nil
	}
	if sub.Message.TaskID != "" || !isAtRest(sub.Outcome.To) {
		return nil, errOutcome
	}
	var err error
	p.outcome, err = encode(*sub.Outcome)
	p.task.Status.State, p.task.Status.Message, p.task.Artifacts = sub.Outcome.To, sub.Outcome.Message, sub.Outcome.Artifacts
	return p, err
}

// create makes the task that the message begins.
func (p *submission) create() error {
	id, contextID, at := cmp.Or(string(p.Message.TaskID), p.TaskID), cmp.Or(p.Message.ContextID, p.ContextID), p.At
	msg, err := placed(p.Message, id, contextID), error(nil)
	if p.body = string(p.Body); p.Body == nil {
		p.body, err = encoded(msg)
	}
	p.task = &a2a.Task{
		ID: a2a.TaskID(id), ContextID: contextID, History: []*a2a.Message{msg},
		Status: a2a.TaskStatus{State: a2a.TaskStateSubmitted, Timestamp: &at},
	}
	return err
}

// pushSize is what the webhook counts for.
func (p *submission) pushSize() int {
	if p.Push == nil {
		return 0
	}
	return len(p.Push.ID) + len(p.push)
}

// create stores a new task with its message, and with what became of it if that is known. It
// returns the id of the task, with errKnown that of the one which has the message.
func (s *Store) create(ctx context.Context, tx *sql.Tx, p *submission) (string, error) {
	t, size, made := p.task, len(p.body)+p.outcome.size+p.pushSize(), int64(len(p.outcome.artifacts))
	h := new(head)
	var now used
	var known sql.NullString
	if err := lockWith(ctx, tx, s.stmt.LockNewOwner, p.Owner); err != nil { // one after the other, each message of an id is known to the next
		return "", err
	}
	err := tx.StmtContext(ctx, s.stmt.ChargeOwner).QueryRowContext(ctx, p.Owner, 1, size, p.Message.ID, p.Digest).
		Scan(&h.owner, &now.tasks, &now.bytes, &known)
	switch {
	case err != nil:
		return "", err
	case known.Valid:
		return known.String, errKnown
	}
	if err := now.within(1, size, p.MaxTasks, p.MaxBytes); err != nil {
		return "", err
	}
	holder, seq := p.Holder, int64(1)
	if p.Outcome != nil {
		holder, seq = "", 1+made+1
	}
	err = tx.StmtContext(ctx, s.stmt.InsertTask).QueryRowContext(ctx, h.owner, t.ID, t.ContextID, t.Status.State,
		p.Run, holder, p.Told, seq, made, size, p.At.UnixMilli(), p.outcome.message).Scan(&h.n)
	if err != nil {
		return "", err
	}
	if p.Push != nil {
		if _, err := s.putPush(ctx, tx, p.Owner, h, p.Push, p.push, false); err != nil {
			return "", err
		}
	}
	if err := s.addMessage(ctx, tx, h, p.Run, p.At, sentBy(h.owner, p.Submission), p.body); err != nil {
		return "", err
	}
	for _, body := range p.outcome.artifacts {
		if err := s.addArtifact(ctx, tx, h, p.Run, p.At.UnixMilli(), body); err != nil {
			return "", err
		}
	}
	return string(t.ID), nil
}

func sentBy(owner int64, sub *task.Submission) sent {
	return sent{owner: number(owner), id: text(sub.Message.ID), digest: sub.Digest}
}

// placed is the message as part of its task.
func placed(m *a2a.Message, taskID, contextID string) *a2a.Message {
	p := *m
	p.TaskID, p.ContextID = a2a.TaskID(taskID), contextID
	return &p
}

func encoded(m *a2a.Message) (string, error) {
	body, err := json.Marshal(m)
	return string(body), err
}
