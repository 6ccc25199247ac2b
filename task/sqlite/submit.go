package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/internal/freeform"
	"github.com/getbindu/bindu-go/task"
)

// Submit implements [task.Store]. A message that continues a task is read back
// beside the writers, since its history may be long.
func (s *Store) Submit(ctx context.Context, sub task.Submission) (task.Submitted, error) {
	var id string
	var duplicate bool
	var created *a2a.Task
	err := s.changeWithRoom(ctx, sub.Owner, string(sub.Message.TaskID), sub.MakeRoom, func(ctx context.Context, tx *sql.Tx) (err error) {
		if id, err = s.knownMessage(ctx, tx, &sub); err != nil || id != "" {
			duplicate = err == nil
			return err
		}
		id, created, err = s.accept(ctx, tx, &sub)
		return err
	})
	if err != nil {
		return task.Submitted{}, err
	}
	if created != nil {
		return task.Submitted{Task: created}, nil
	}
	if !duplicate {
		ctx = context.WithoutCancel(ctx) // it is stored: whoever sent it may go now
	}
	t, err := s.Get(ctx, sub.Owner, id, -1)
	if err != nil && !duplicate && !errors.Is(err, task.ErrNotFound) {
		return task.Submitted{Unread: id}, err
	}
	return task.Submitted{Task: t, Duplicate: duplicate}, err
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

// accept continues the task that the message names or creates one, which it returns.
func (s *Store) accept(ctx context.Context, tx *sql.Tx, sub *task.Submission) (string, *a2a.Task, error) {
	id := string(sub.Message.TaskID)
	if id == "" {
		t, err := s.create(ctx, tx, sub, sub.TaskID)
		return sub.TaskID, t, err
	}
	var row taskRow
	err := tx.StmtContext(ctx, s.stmt.taskForUpdate).QueryRowContext(ctx, sub.Owner, id).
		Scan(&row.contextID, &row.state, &row.message, &row.messages, &row.bytes)
	switch {
	case err == nil:
		return id, nil, s.continueWith(ctx, tx, sub, id, row)
	case !errors.Is(err, sql.ErrNoRows):
		return "", nil, err
	case !sub.AdoptTaskID:
		return "", nil, task.ErrNotFound
	}
	t, err := s.create(ctx, tx, sub, id)
	return id, t, err
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
		sub.Owner, id, contextID, a2a.TaskStateSubmitted, sub.Run, size, sub.At.UnixMilli())
	if err != nil {
		return nil, err
	}
	if err := s.addMessage(ctx, tx, sub.Owner, id, 0, msg.ID, sub.Digest, body); err != nil {
		return nil, err
	}
	at := sub.At
	return &a2a.Task{
		ID: a2a.TaskID(id), ContextID: contextID, History: []*a2a.Message{msg},
		Status: a2a.TaskStatus{State: a2a.TaskStateSubmitted, Timestamp: &at},
	}, nil
}

// continueWith appends the agent's question and the answer to the history.
func (s *Store) continueWith(ctx context.Context, tx *sql.Tx, sub *task.Submission, id string, row taskRow) error {
	switch {
	case sub.Message.ContextID != "" && sub.Message.ContextID != row.contextID:
		return task.ErrContextMismatch
	case row.state.Terminal(), row.state == task.StateAnswered:
		return task.ErrEnded
	case row.state != a2a.TaskStateInputRequired && row.state != a2a.TaskStateAuthRequired:
		return task.ErrBusy
	}
	_, body, err := place(sub.Message, id, row.contextID)
	if err != nil {
		return err
	}
	// The answer is read when the message is stored; it must not fail then.
	if err := task.Reserve(ctx, row.bytes+int64(len(body))); err != nil {
		return err
	}
	seq := row.messages
	if row.message.Valid { // counted already, when it became the status message
		var asked a2a.Message
		if err := freeform.Unmarshal([]byte(row.message.String), &asked); err != nil {
			return err
		}
		if err := s.addMessage(ctx, tx, sub.Owner, id, seq, asked.ID, nil, row.message.String); err != nil {
			return err
		}
		seq++
	}
	if seq >= sub.MaxMessages {
		return &task.QuotaError{Quota: "messages", Limit: sub.MaxMessages}
	}
	if row.bytes+int64(len(body)) > sub.MaxTaskBytes {
		return &task.QuotaError{Quota: "task bytes", Limit: sub.MaxTaskBytes}
	}
	if err := s.charge(ctx, tx, sub.Owner, 0, len(body), 0, sub.MaxBytes); err != nil {
		return err
	}
	if err := s.addMessage(ctx, tx, sub.Owner, id, seq, sub.Message.ID, sub.Digest, body); err != nil {
		return err
	}
	_, err = tx.StmtContext(ctx, s.stmt.continueTask).ExecContext(ctx,
		a2a.TaskStateSubmitted, sub.Run, seq+1, len(body), sub.At.UnixMilli(), sub.Owner, id)
	return err
}

func (s *Store) addMessage(ctx context.Context, tx *sql.Tx, owner, id string, seq int64, messageID string, digest []byte, body string) error {
	_, err := tx.StmtContext(ctx, s.stmt.insertMessage).ExecContext(ctx, owner, id, seq, messageID, digest, body)
	return err
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
