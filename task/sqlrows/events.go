package sqlrows

import (
	"context"
	"database/sql"
	"errors"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/internal/freeform"
	"github.com/getbindu/bindu-go/task"
)

// Events implements [task.Store].
func (s *Store) Events(ctx context.Context, owner, id string, after int64, limit int) (all []task.Event, h task.Head, err error) {
	err = s.view(ctx, owner, func(ctx context.Context, tx *sql.Tx) error {
		var n, bytes int64
		err := tx.StmtContext(ctx, s.stmt.Head).QueryRowContext(ctx, owner, id).
			Scan(&n, &h.Seq, &h.State, &h.Run, &h.Fence, &bytes)
		if errors.Is(err, sql.ErrNoRows) {
			return task.ErrNotFound
		}
		if err != nil {
			return err
		}
		if limit <= 0 || after >= h.Seq {
			return nil
		}
		if err := task.Reserve(ctx, bytes); err != nil {
			return err
		}
		all, err = readEvents(ctx, tx, s.stmt.Events, n, after, limit)
		return err
	})
	return all, h, err
}

func readEvents(ctx context.Context, tx *sql.Tx, stmt *sql.Stmt, args ...any) (all []task.Event, err error) {
	rows, err := tx.StmtContext(ctx, stmt).QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e task.Event
		var at int64
		var state sql.NullString
		var ref sql.NullInt64
		var body sql.RawBytes
		if err := rows.Scan(&e.Seq, &e.Kind, &e.Run, &at, &state, &ref, &body); err != nil {
			return nil, err
		}
		e.At, e.State = fromMillis(at), a2a.TaskState(state.String)
		switch e.Kind {
		case task.EventArtifact:
			e.Place = int(ref.Int64)
		case task.EventChunk:
			e.First, e.Last = ref.Int64&firstChunk != 0, ref.Int64&lastChunk != 0
		}
		if err := decodeBody(&e, body); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, rows.Err()
}

// decodeBody reads what an event carries. A state may carry nothing.
func decodeBody(e *task.Event, body []byte) error {
	switch e.Kind {
	case task.EventArtifact, task.EventChunk:
		e.Artifact = new(a2a.Artifact)
		return freeform.Unmarshal(body, e.Artifact)
	case task.EventState:
		if len(body) == 0 {
			return nil
		}
	}
	e.Message = new(a2a.Message)
	return freeform.Unmarshal(body, e.Message)
}
