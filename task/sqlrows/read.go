package sqlrows

import (
	"context"
	"database/sql"
	"errors"
	"math"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/internal/freeform"
	"github.com/getbindu/bindu-go/task"
)

// taskRow is a row of tasks on its way to what the protocol calls a task.
type taskRow struct {
	n             int64
	id, contextID string
	state         a2a.TaskState
	message       sql.NullString
	messages      int64
	bytes         int64
	updatedAt     int64
}

func (r *taskRow) scan(row interface{ Scan(...any) error }) error {
	return row.Scan(&r.n, &r.id, &r.contextID, &r.state, &r.message, &r.messages, &r.bytes, &r.updatedAt)
}

func (r *taskRow) task() (*a2a.Task, error) {
	at := fromMillis(r.updatedAt)
	t := &a2a.Task{
		ID: a2a.TaskID(r.id), ContextID: r.contextID,
		Status: a2a.TaskStatus{State: r.state, Timestamp: &at},
	}
	if !r.message.Valid {
		return t, nil
	}
	t.Status.Message = new(a2a.Message)
	return t, freeform.Unmarshal([]byte(r.message.String), t.Status.Message)
}

// Get implements [task.Store].
func (s *Store) Get(ctx context.Context, owner, id string, history int) (*a2a.Task, error) {
	var t *a2a.Task
	err := s.view(ctx, owner, func(ctx context.Context, tx *sql.Tx) error {
		var row taskRow
		err := row.scan(tx.StmtContext(ctx, s.stmt.Task).QueryRowContext(ctx, owner, id))
		if errors.Is(err, sql.ErrNoRows) {
			return task.ErrNotFound
		}
		if err == nil {
			err = task.Reserve(ctx, row.bytes)
		}
		if err != nil {
			return err
		}
		t, err = s.load(ctx, tx, row, history, true)
		return err
	})
	return t, err
}

// load adds to a row what other tables hold.
func (s *Store) load(ctx context.Context, tx *sql.Tx, row taskRow, history int, artifacts bool) (*a2a.Task, error) {
	t, err := row.task()
	if err != nil {
		return nil, err
	}
	if history != 0 {
		first := int64(0)
		if history > 0 {
			first = max(0, row.messages-int64(history))
		}
		if t.History, err = collect[a2a.Message](ctx, tx, s.stmt.History, row.n, first); err != nil {
			return nil, err
		}
	}
	if artifacts {
		t.Artifacts, err = s.artifacts(ctx, tx, row)
	}
	return t, err
}

// artifacts returns those of a task, with what a run has made so far.
func (s *Store) artifacts(ctx context.Context, tx *sql.Tx, row taskRow) ([]*a2a.Artifact, error) {
	whole, err := collect[a2a.Artifact](ctx, tx, s.stmt.Artifacts, row.n)
	if err != nil || isAtRest(row.state) {
		return whole, err
	}
	chunks, err := collect[a2a.Artifact](ctx, tx, s.stmt.Chunks, row.n)
	return append(whole, task.JoinChunks(chunks)...), err
}

// collect decodes the JSON documents that a query returns.
func collect[T any](ctx context.Context, tx *sql.Tx, stmt *sql.Stmt, args ...any) ([]*T, error) {
	rows, err := tx.StmtContext(ctx, stmt).QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []*T
	for rows.Next() {
		var body sql.RawBytes
		if err := rows.Scan(&body); err != nil {
			return nil, err
		}
		v := new(T)
		if err := freeform.Unmarshal(body, v); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// List implements [task.Store].
func (s *Store) List(ctx context.Context, owner string, f task.Filter) (task.Page, error) {
	var page task.Page
	err := s.view(ctx, owner, func(ctx context.Context, tx *sql.Tx) error {
		filter := []any{owner, f.ContextID, string(f.State), since(f.Since)}
		if err := tx.StmtContext(ctx, s.stmt.Count).QueryRowContext(ctx, filter...).Scan(&page.Total); err != nil {
			return err
		}
		rows, more, err := s.listRows(ctx, tx, f, filter)
		if err != nil {
			return err
		}
		if more {
			last := rows[len(rows)-1]
			page.Next = task.Cursor{UpdatedAt: fromMillis(last.updatedAt), ID: last.id}
		}
		if err := task.Reserve(ctx, listedBytes(rows, f)); err != nil {
			return err
		}
		for _, row := range rows {
			t, err := s.load(ctx, tx, row, f.History, f.Artifacts)
			if err != nil {
				return err
			}
			page.Tasks = append(page.Tasks, t)
		}
		return nil
	})
	return page, err
}

// listedBytes is how much of the store the rows bring into a page. bytes counts
// the status message too.
func listedBytes(rows []taskRow, f task.Filter) int64 {
	var size int64
	for _, row := range rows {
		if f.History == 0 && !f.Artifacts {
			size += int64(len(row.message.String))
		} else {
			size += row.bytes
		}
	}
	return size
}

// listRows reads the rows of a page, and tells whether there are more.
func (s *Store) listRows(ctx context.Context, tx *sql.Tx, f task.Filter, filter []any) (all []taskRow, more bool, err error) {
	before, beforeID := int64(math.MaxInt64), ""
	if f.After != (task.Cursor{}) {
		before, beforeID = f.After.UpdatedAt.UnixMilli(), f.After.ID
	}
	rows, err := tx.StmtContext(ctx, s.stmt.List).QueryContext(ctx, append(filter, before, beforeID, f.Limit+1)...)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	var size int64
	for rows.Next() {
		var row taskRow
		if err := row.scan(rows); err != nil {
			return nil, false, err
		}
		size += listedBytes([]taskRow{row}, f)
		if len(all) == f.Limit || len(all) > 0 && f.MaxBytes != 0 && size > f.MaxBytes {
			return all, true, nil
		}
		all = append(all, row)
	}
	return all, false, rows.Err()
}
