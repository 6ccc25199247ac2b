package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// Submit implements [task.Store]. A message that continues a task is read back
// beside the writers, since its history may be long.
func (s *Store) Submit(ctx context.Context, sub task.Submission) (task.Submitted, error) {
	var id string
	var duplicate bool
	var created *a2a.Task
	var fence int64
	err := s.changeWithRoom(ctx, sub.Owner, string(sub.Message.TaskID), sub.MakeRoom, func(ctx context.Context, tx *sql.Tx) (err error) {
		if id, err = s.knownMessage(ctx, tx, &sub); err != nil || id != "" {
			duplicate = err == nil
			return err
		}
		id, fence, created, err = s.accept(ctx, tx, &sub)
		return err
	})
	if err != nil {
		return task.Submitted{}, err
	}
	if created != nil {
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

// knownMessage returns the task of a message that was stored before with the same
// id and content, or "".
func (s *Store) knownMessage(ctx context.Context, tx *sql.Tx, sub *task.Submission) (string, error) {
	var id string
	err := tx.StmtContext(ctx, s.stmt.byMessage).QueryRowContext(ctx, sub.Owner, sub.Message.ID, sub.Digest).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return id, err
}

// accept continues the task that the message names or creates one, which it
// returns. fence is the number of the run that begins.
func (s *Store) accept(ctx context.Context, tx *sql.Tx, sub *task.Submission) (id string, fence int64, created *a2a.Task, err error) {
	id = string(sub.Message.TaskID)
	if id == "" {
		created, err = s.create(ctx, tx, sub, sub.TaskID)
		return sub.TaskID, 1, created, err
	}
	var row taskRow
	h := &head{owner: sub.Owner, id: id}
	err = tx.StmtContext(ctx, s.stmt.taskForUpdate).QueryRowContext(ctx, sub.Owner, id).
		Scan(&h.run, &h.fence, &h.seq, &h.artifacts, &row.contextID, &row.state, &row.message, &row.messages, &row.bytes)
	switch {
	case err == nil:
		h.messages = row.messages
		return id, h.fence + 1, nil, s.continueWith(ctx, tx, sub, h, row)
	case !errors.Is(err, sql.ErrNoRows):
		return "", 0, nil, err
	case !sub.AdoptTaskID:
		return "", 0, nil, task.ErrNotFound
	}
	created, err = s.create(ctx, tx, sub, id)
	return id, 1, created, err
}

func (s *Store) create(ctx context.Context, tx *sql.Tx, sub *task.Submission, id string) (*a2a.Task, error) {
	contextID := sub.Message.ContextID
	if contextID == "" {
		contextID = sub.ContextID
	}
	msg, body, err := place(sub.Message, id, contextID)
	if err != nil {
		return nil, err
	}
	size := len(body)
	if err := s.charge(ctx, tx, sub.Owner, 1, size, sub.MaxTasks, sub.MaxBytes); err != nil {
		return nil, err
	}
	_, err = tx.StmtContext(ctx, s.stmt.insertTask).ExecContext(ctx,
		sub.Owner, id, contextID, a2a.TaskStateSubmitted, sub.Run, sub.Holder, sub.Told, size, sub.At.UnixMilli())
	if err != nil {
		return nil, err
	}
	h := &head{owner: sub.Owner, id: id}
	if err := s.addMessage(ctx, tx, h, sub.Run, sub.At, msg.ID, sub.Digest, body); err != nil {
		return nil, err
	}
	at := sub.At
	return &a2a.Task{
		ID: a2a.TaskID(id), ContextID: contextID, History: []*a2a.Message{msg},
		Status: a2a.TaskStatus{State: a2a.TaskStateSubmitted, Timestamp: &at},
	}, nil
}

// addMessage stores the next message of a task.
func (s *Store) addMessage(ctx context.Context, tx *sql.Tx, h *head, run string, at time.Time, messageID string, digest []byte, body string) error {
	ref := h.messages
	h.messages++
	if _, err := tx.StmtContext(ctx, s.stmt.insertMessage).ExecContext(ctx, h.owner, h.id, ref, messageID, digest, body); err != nil {
		return err
	}
	return s.appendEvent(ctx, tx, h, entry{kind: task.EventMessage, run: run, at: at.UnixMilli(), ref: number(ref)})
}

// charge adds to what an owner uses and refuses what exceeds a quota that is
// set; the caller's transaction is then rolled back.
func (s *Store) charge(ctx context.Context, tx *sql.Tx, owner string, tasks, size int, maxTasks, maxBytes int64) error {
	if tasks == 0 && size == 0 {
		return nil
	}
	var nowTasks, nowBytes int64
	err := tx.StmtContext(ctx, s.stmt.charge).QueryRowContext(ctx, owner, tasks, size).Scan(&nowTasks, &nowBytes)
	switch {
	case err != nil:
		return err
	case tasks > 0 && maxTasks > 0 && nowTasks > maxTasks:
		return &task.QuotaError{Quota: task.QuotaTasks, Limit: maxTasks, Over: nowTasks - maxTasks}
	case size > 0 && maxBytes > 0 && int64(size) > maxBytes:
		return &task.QuotaError{Quota: task.QuotaBytes, Limit: maxBytes} // no room would be enough
	case size > 0 && maxBytes > 0 && nowBytes > maxBytes:
		return &task.QuotaError{Quota: task.QuotaBytes, Limit: maxBytes, Over: nowBytes - maxBytes}
	}
	return nil
}

// place returns the message as part of its task, and as JSON.
func place(m *a2a.Message, taskID, contextID string) (*a2a.Message, string, error) {
	placed := *m
	placed.TaskID, placed.ContextID = a2a.TaskID(taskID), contextID
	body, err := json.Marshal(&placed)
	return &placed, string(body), err
}

func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
