package sqlrows

import (
	"context"
	"database/sql"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// continueWith appends the agent's question and the answer to the history. A new
// run begins: that of before may write no more.
func (s *Store) continueWith(ctx context.Context, tx *sql.Tx, p *submission, h *head, row taskRow) error {
	sub := p.Submission
	body, err := s.mayContinue(ctx, sub, h, row)
	if err != nil {
		return err
	}
	if err := s.armPushes(ctx, tx, h); err != nil {
		return err
	}
	grown := len(body)
	if p.Push != nil {
		more, err := s.putPush(ctx, tx, p.Owner, h, p.Push, p.push, false)
		if err != nil {
			return err
		}
		grown += more
	}
	if err := s.charge(ctx, tx, h.owner, 0, grown, 0, sub.MaxBytes); err != nil {
		return err
	}
	if row.message.Valid { // counted already, when it became the status message
		if err := s.addMessage(ctx, tx, h, h.run, sub.At, sent{}, row.message.String); err != nil {
			return err
		}
	}
	if err := s.addMessage(ctx, tx, h, sub.Run, sub.At, sentBy(h.owner, sub), body); err != nil {
		return err
	}
	_, err = tx.StmtContext(ctx, s.stmt.ContinueTask).ExecContext(ctx, a2a.TaskStateSubmitted, sub.Run, h.fence+1, sub.Holder, sub.Told, h.seq,
		h.messages, grown, sub.At.UnixMilli(), h.n)
	return err
}

// mayContinue returns the message as it is stored, if the task takes it.
func (s *Store) mayContinue(ctx context.Context, sub *task.Submission, h *head, row taskRow) (string, error) {
	switch {
	case sub.Message.ContextID != "" && sub.Message.ContextID != row.contextID:
		return "", task.ErrContextMismatch
	case row.state.Terminal(), row.state == task.StateAnswered:
		return "", task.ErrEnded
	case row.state != a2a.TaskStateInputRequired && row.state != a2a.TaskStateAuthRequired:
		return "", task.ErrBusy
	}
	body, err := encoded(placed(sub.Message, string(sub.Message.TaskID), row.contextID))
	if err != nil {
		return "", err
	}
	// The answer is read when the message is stored; it must not fail then.
	if err := task.Reserve(ctx, row.bytes+int64(len(body))); err != nil {
		return "", err
	}
	seq := row.messages
	if row.message.Valid {
		seq++
	}
	if seq >= sub.MaxMessages {
		return "", &task.QuotaError{Quota: "messages", Limit: sub.MaxMessages}
	}
	if row.bytes+int64(len(body)) > sub.MaxTaskBytes {
		return "", &task.QuotaError{Quota: "task bytes", Limit: sub.MaxTaskBytes}
	}
	return body, nil
}
