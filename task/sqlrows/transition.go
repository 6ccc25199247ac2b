package sqlrows

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// Transition implements [task.Store].
func (s *Store) Transition(ctx context.Context, owner, id string, t task.Transition) error {
	c, err := encode(t) // before others have to wait
	if err != nil {
		return err
	}
	return s.changeWithRoom(ctx, owner, id, t.MakeRoom, func(ctx context.Context, tx *sql.Tx) error {
		h, err := s.lock(ctx, tx, owner, id)
		if err != nil {
			return err
		}
		if err := h.allows(t.Run, t.Fence); err != nil {
			return err
		}
		if t.To == task.StateAnswered && h.told {
			return task.ErrTold
		}
		return s.apply(ctx, tx, h, c)
	})
}

// apply carries a transition out that is allowed.
func (s *Store) apply(ctx context.Context, tx *sql.Tx, h *head, c change) error {
	if err := s.charge(ctx, tx, h.owner, 0, c.size, 0, c.MaxBytes); err != nil {
		return err
	}
	grown := 0
	if isAtRest(c.To) {
		var err error
		if grown, err = s.compact(ctx, tx, h, c); err != nil {
			return err
		}
	}
	for _, body := range c.artifacts {
		if err := s.addArtifact(ctx, tx, h, c.Run, c.At.UnixMilli(), body); err != nil {
			return err
		}
	}
	if err := s.addState(ctx, tx, h, c); err != nil {
		return err
	}
	if isAtRest(h.state) {
		if err := s.armPushes(ctx, tx, h); err != nil {
			return err
		}
	}
	_, err := tx.StmtContext(ctx, s.stmt.Transition).ExecContext(ctx,
		c.To, c.message, h.artifacts, c.size+grown, c.At.UnixMilli(), h.seq, h.n)
	return err
}

// change is a transition with what it adds as JSON.
type change struct {
	task.Transition
	message   sql.NullString
	artifacts []string
	whole     map[a2a.ArtifactID]string
	size      int
}

// addState gives the new state a number. One that the task rests in stands in its
// row, and is the last event as long as it rests.
func (s *Store) addState(ctx context.Context, tx *sql.Tx, h *head, c change) error {
	if isAtRest(c.To) {
		h.seq++
		return nil
	}
	return s.appendEvent(ctx, tx, h, entry{kind: task.EventState, run: c.Run, at: c.At.UnixMilli(), state: text(string(c.To)), body: c.message})
}

func encode(t task.Transition) (change, error) {
	c := change{Transition: t}
	if t.Message != nil {
		body, err := json.Marshal(t.Message)
		if err != nil {
			return change{}, err
		}
		c.message, c.size = text(string(body)), len(body)
	}
	for _, a := range t.Artifacts {
		body, err := json.Marshal(a)
		if err != nil {
			return change{}, err
		}
		c.artifacts, c.size = append(c.artifacts, string(body)), c.size+len(body)
	}
	for _, a := range t.Whole {
		body, err := json.Marshal(a)
		if err != nil {
			return change{}, err
		}
		if c.whole == nil {
			c.whole = make(map[a2a.ArtifactID]string)
		}
		c.whole[a.ID] = string(body)
	}
	return c, nil
}

// Tell implements [task.Store].
func (s *Store) Tell(ctx context.Context, owner, id string) (works bool, err error) {
	err = s.change(ctx, owner, func(ctx context.Context, tx *sql.Tx) error {
		result, err := tx.StmtContext(ctx, s.stmt.Tell).ExecContext(ctx, owner, id)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		works = n == 1
		return err
	})
	return works, err
}

// AddFeedback implements [task.Store].
func (s *Store) AddFeedback(ctx context.Context, owner string, f task.Feedback) error {
	return s.changeWithRoom(ctx, owner, f.TaskID, f.MakeRoom, func(ctx context.Context, tx *sql.Tx) error {
		var h head
		err := tx.StmtContext(ctx, s.stmt.TaskForFeedback).QueryRowContext(ctx, owner, f.TaskID).Scan(&h.n, &h.owner)
		if errors.Is(err, sql.ErrNoRows) {
			return task.ErrNotFound
		}
		if err != nil {
			return err
		}
		var metadata sql.NullString
		if len(f.Metadata) > 0 {
			raw, err := json.Marshal(f.Metadata)
			if err != nil {
				return err
			}
			metadata = sql.NullString{String: string(raw), Valid: true}
		}
		size := len(f.Text) + len(metadata.String)
		if err := s.charge(ctx, tx, h.owner, 0, size, 0, f.MaxBytes); err != nil {
			return err
		}
		if _, err := tx.StmtContext(ctx, s.stmt.AddBytes).ExecContext(ctx, size, h.n); err != nil {
			return err
		}
		rating := sql.NullInt64{Int64: int64(f.Rating), Valid: f.Rating != 0}
		_, err = tx.StmtContext(ctx, s.stmt.InsertFeedback).ExecContext(ctx, h.n, f.At.UnixMilli(), rating, f.Text, metadata)
		return err
	})
}
