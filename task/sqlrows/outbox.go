package sqlrows

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/getbindu/bindu-go/task"
)

// pushBody is what is stored of a webhook beside its id.
type pushBody struct {
	URL            string                   `json:"url"`
	Token          string                   `json:"token,omitempty"`
	Authentication *task.PushAuthentication `json:"authentication,omitempty"`
	Form           string                   `json:"form,omitempty"`
}

func encodePush(p task.Push) (string, error) {
	body, err := json.Marshal(pushBody{p.URL, p.Token, p.Authentication, p.Form})
	return string(body), err
}

func decodePush(id, body string) (task.Push, error) {
	var b pushBody
	err := json.Unmarshal([]byte(body), &b)
	return task.Push{ID: id, URL: b.URL, Token: b.Token, Authentication: b.Authentication, Form: b.Form}, err
}

// MakePush implements [task.Outbox].
func (s *Store) MakePush(ctx context.Context, owner, taskID string, p task.NewPush) error {
	body, err := encodePush(p.Push)
	if err != nil {
		return err
	}
	return s.change(ctx, owner, func(ctx context.Context, tx *sql.Tx) error {
		h, err := s.lock(ctx, tx, owner, taskID)
		if err != nil {
			return err
		}
		if h.state == task.StateAnswered { // which is no task to its owner
			return task.ErrNotFound
		}
		grown, err := s.putPush(ctx, tx, owner, h, &p, body, isAtRest(h.state))
		if err != nil {
			return err
		}
		if err := s.charge(ctx, tx, h.owner, 0, grown, 0, p.MaxBytes); err != nil {
			return err
		}
		if _, err := tx.StmtContext(ctx, s.stmt.AddBytes).ExecContext(ctx, grown, h.n); err != nil {
			return err
		}
		_, err = tx.StmtContext(ctx, s.stmt.Tell).ExecContext(ctx, owner, taskID)
		return err
	})
}

// putPush stores a webhook that is told what follows the last event of a task, and
// returns how many bytes it is more than one of its id was.
func (s *Store) putPush(ctx context.Context, tx *sql.Tx, owner string, h *head, p *task.NewPush, body string, rests bool) (grown int, err error) {
	var ofTask, ofOwner int64
	var before sql.NullInt64
	if err := lockWith(ctx, tx, s.stmt.LockOwner, owner); err != nil {
		return 0, err
	}
	err = tx.StmtContext(ctx, s.stmt.CountPushes).QueryRowContext(ctx, h.owner, h.n, p.ID).Scan(&ofTask, &ofOwner, &before)
	switch {
	case err != nil:
		return 0, err
	case !before.Valid && ofTask >= p.MaxPerTask:
		return 0, &task.QuotaError{Quota: "task webhooks", Limit: p.MaxPerTask}
	case !before.Valid && ofOwner >= p.MaxPerOwner:
		return 0, &task.QuotaError{Quota: "webhooks", Limit: p.MaxPerOwner}
	}
	size := len(p.ID) + len(body)
	_, err = tx.StmtContext(ctx, s.stmt.PutPush).ExecContext(ctx, h.owner, h.n, p.ID, body, size, h.seq, p.At.UnixMilli(), rests)
	return size - int(before.Int64), err
}

// armPushes has what follows told by the webhooks of a task that rested.
func (s *Store) armPushes(ctx context.Context, tx *sql.Tx, h *head) error {
	_, err := tx.StmtContext(ctx, s.stmt.ArmPushes).ExecContext(ctx, h.n)
	return err
}

// Pushes implements [task.Outbox].
func (s *Store) Pushes(ctx context.Context, owner, taskID string) (all []task.Push, err error) {
	err = s.view(ctx, owner, func(ctx context.Context, tx *sql.Tx) error {
		var row taskRow
		err := row.scan(tx.StmtContext(ctx, s.stmt.Task).QueryRowContext(ctx, owner, taskID))
		if errors.Is(err, sql.ErrNoRows) {
			return task.ErrNotFound
		}
		if err != nil {
			return err
		}
		rows, err := tx.StmtContext(ctx, s.stmt.Pushes).QueryContext(ctx, row.n)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id, body string
			if err := rows.Scan(&id, &body); err != nil {
				return err
			}
			p, err := decodePush(id, body)
			if err != nil {
				return err
			}
			all = append(all, p)
		}
		return rows.Err()
	})
	return all, err
}

// DropPush implements [task.Outbox].
func (s *Store) DropPush(ctx context.Context, owner, taskID, id string) error {
	return s.change(ctx, owner, func(ctx context.Context, tx *sql.Tx) error {
		h, err := s.lock(ctx, tx, owner, taskID)
		if err != nil {
			return err
		}
		var size int
		err = tx.StmtContext(ctx, s.stmt.DeletePush).QueryRowContext(ctx, h.n, id).Scan(&size)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.charge(ctx, tx, h.owner, 0, -size, 0, 0); err != nil {
			return err
		}
		_, err = tx.StmtContext(ctx, s.stmt.AddBytes).ExecContext(ctx, -size, h.n)
		return err
	})
}

// DropPushes implements [task.Outbox].
func (s *Store) DropPushes(ctx context.Context, owner string) (n int, err error) {
	err = s.change(ctx, owner, func(ctx context.Context, tx *sql.Tx) error {
		var number int64
		var size int
		for _, lock := range []*sql.Stmt{s.stmt.LockPushing, s.stmt.LockOwner} {
			if err := lockWith(ctx, tx, lock, owner); err != nil {
				return err
			}
		}
		err := tx.StmtContext(ctx, s.stmt.OwnedPushes).QueryRowContext(ctx, owner).Scan(&number, &n, &size)
		if errors.Is(err, sql.ErrNoRows) || err == nil && n == 0 {
			n = 0
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := tx.StmtContext(ctx, s.stmt.FreePushes).ExecContext(ctx, number); err != nil {
			return err
		}
		if _, err := tx.StmtContext(ctx, s.stmt.DeletePushes).ExecContext(ctx, number); err != nil {
			return err
		}
		return s.charge(ctx, tx, number, 0, -size, 0, 0)
	})
	return n, err
}
