package sqlrows

import (
	"context"
	"database/sql"
	"errors"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// Submit implements [task.Store]. A message that continues a task is read back
// beside the writers, since its history may be long.
func (s *Store) Submit(ctx context.Context, sub task.Submission) (task.Submitted, error) {
	p, err := prepare(&sub)
	if err != nil {
		return task.Submitted{}, err
	}
	var id string
	var created *a2a.Task
	var fence int64
	err = s.changeWithRoom(ctx, sub.Owner, string(sub.Message.TaskID), sub.MakeRoom, func(ctx context.Context, tx *sql.Tx) (err error) {
		id, fence, created, err = s.accept(ctx, tx, p)
		return err
	})
	duplicate := errors.Is(err, errKnown)
	if err != nil && !duplicate {
		return task.Submitted{}, err
	}
	if !duplicate && created != nil {
		return task.Submitted{Task: created, Fence: fence}, nil
	}
	if !duplicate {
		ctx = context.WithoutCancel(ctx) // it is stored: whoever sent it may go now
	}
	t, err := s.Get(ctx, sub.Owner, id, -1)
	if err != nil && !duplicate && !errors.Is(err, task.ErrNotFound) {
		return task.Submitted{Unread: id, Fence: fence}, err
	}
	return task.Submitted{Task: t, Fence: fence, Duplicate: duplicate}, err
}

// errKnown undoes the change that a repeat of a message has begun.
var errKnown = errors.New("the message is known")

// knownMessage looks for the task of a message that was stored before with the same id
// and content.
func (s *Store) knownMessage(ctx context.Context, tx *sql.Tx, sub *task.Submission) (id string, err error) {
	err = tx.StmtContext(ctx, s.stmt.ByMessage).QueryRowContext(ctx, sub.Owner, sub.Message.ID, sub.Digest).Scan(&id)
	switch {
	case err == nil:
		return id, errKnown
	case errors.Is(err, sql.ErrNoRows):
		return "", nil
	}
	return "", err
}

// accept continues the task that the message names or creates one, which it
// returns. fence is the number of the run that begins. With errKnown the id is that of
// the task that has the message.
func (s *Store) accept(ctx context.Context, tx *sql.Tx, p *submission) (id string, fence int64, created *a2a.Task, err error) {
	if p.Message.TaskID == "" {
		id, err = s.create(ctx, tx, p)
		return id, 1, p.task, err
	}
	id = string(p.Message.TaskID)
	var row taskRow
	h := new(head)
	err = tx.StmtContext(ctx, s.stmt.TaskForUpdate).QueryRowContext(ctx, p.Owner, id).
		Scan(&h.n, &h.owner, &h.run, &h.fence, &h.seq, &h.artifacts, &row.contextID, &row.state, &row.message, &row.messages, &row.bytes)
	found := err == nil
	if !found && !errors.Is(err, sql.ErrNoRows) {
		return "", 0, nil, err
	}
	// What had the task before has stored its message now.
	if known, err := s.knownMessage(ctx, tx, p.Submission); err != nil {
		return known, 0, nil, err
	}
	switch {
	case found:
		h.messages = row.messages
		return id, h.fence + 1, nil, s.continueWith(ctx, tx, p, h, row)
	case !p.AdoptTaskID:
		return "", 0, nil, task.ErrNotFound
	}
	id, err = s.create(ctx, tx, p)
	return id, 1, p.task, err
}
