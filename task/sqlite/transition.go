package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/getbindu/bindu-go/task"
)

// Transition implements [task.Store]. The condition of its one UPDATE is the
// compare-and-set.
func (s *Store) Transition(ctx context.Context, owner, id string, t task.Transition) error {
	message, artifacts, size, err := encode(t) // before others have to wait
	if err != nil {
		return err
	}
	return s.changeWithRoom(ctx, owner, id, t.MakeRoom, func(ctx context.Context, tx *sql.Tx) error {
		if err := s.charge(ctx, tx, owner, 0, size, 0, t.MaxBytes); err != nil {
			return err
		}
		var contextID string
		var count int
		err := tx.StmtContext(ctx, s.stmt.transition).QueryRowContext(ctx,
			t.To, message, len(artifacts), size, t.At.UnixMilli(), owner, id, t.Run, t.Run).Scan(&contextID, &count)
		if errors.Is(err, sql.ErrNoRows) {
			return s.whyUnchanged(ctx, tx, owner, id)
		}
		if err != nil {
			return err
		}
		return s.addArtifacts(ctx, tx, owner, id, count-len(artifacts), artifacts)
	})
}

func (s *Store) whyUnchanged(ctx context.Context, tx *sql.Tx, owner, id string) error {
	var hasEnded bool
	err := tx.StmtContext(ctx, s.stmt.taskState).QueryRowContext(ctx, owner, id).Scan(&hasEnded)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return task.ErrNotFound
	case err != nil:
		return err
	case hasEnded:
		return task.ErrEnded
	default:
		return task.ErrSuperseded
	}
}

func (s *Store) addArtifacts(ctx context.Context, tx *sql.Tx, owner, id string, seq int, artifacts []string) error {
	for i, body := range artifacts {
		_, err := tx.StmtContext(ctx, s.stmt.insertArtifact).ExecContext(ctx, owner, id, seq+i, body)
		if err != nil {
			return err
		}
	}
	return nil
}

// encode returns what a transition adds as JSON, and its size.
func encode(t task.Transition) (message sql.NullString, artifacts []string, size int, err error) {
	if t.Message != nil {
		body, err := json.Marshal(t.Message)
		if err != nil {
			return message, nil, 0, err
		}
		message = sql.NullString{String: string(body), Valid: true}
		size = len(body)
	}
	for _, a := range t.Artifacts {
		body, err := json.Marshal(a)
		if err != nil {
			return message, nil, 0, err
		}
		artifacts = append(artifacts, string(body))
		size += len(body)
	}
	return message, artifacts, size, nil
}

// AddFeedback implements [task.Store].
func (s *Store) AddFeedback(ctx context.Context, owner string, f task.Feedback) error {
	return s.changeWithRoom(ctx, owner, f.TaskID, f.MakeRoom, func(ctx context.Context, tx *sql.Tx) error {
		var hasEnded bool
		err := tx.StmtContext(ctx, s.stmt.taskState).QueryRowContext(ctx, owner, f.TaskID).Scan(&hasEnded)
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
		if err := s.charge(ctx, tx, owner, 0, size, 0, f.MaxBytes); err != nil {
			return err
		}
		if _, err := tx.StmtContext(ctx, s.stmt.addBytes).ExecContext(ctx, size, owner, f.TaskID); err != nil {
			return err
		}
		rating := sql.NullInt64{Int64: int64(f.Rating), Valid: f.Rating != 0}
		_, err = tx.StmtContext(ctx, s.stmt.insertFeedback).ExecContext(ctx, owner, f.TaskID, f.At.UnixMilli(), rating, f.Text, metadata)
		return err
	})
}
