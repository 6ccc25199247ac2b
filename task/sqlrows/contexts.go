package sqlrows

import (
	"context"
	"database/sql"

	"github.com/getbindu/bindu-go/task"
)

// maxContextTasks bounds how many tasks of a context are named in a list.
const maxContextTasks = 100

// Contexts implements [task.Store].
func (s *Store) Contexts(ctx context.Context, owner string, limit int) ([]task.Context, error) {
	var all []task.Context
	err := s.view(ctx, owner, func(ctx context.Context, tx *sql.Tx) error {
		rows, err := tx.StmtContext(ctx, s.stmt.Contexts).QueryContext(ctx, owner, limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var c task.Context
			var updatedAt, createdAt int64
			if err := rows.Scan(&c.ID, &c.Tasks, &updatedAt, &createdAt); err != nil {
				return err
			}
			c.UpdatedAt, c.CreatedAt = fromMillis(updatedAt), fromMillis(createdAt)
			all = append(all, c)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for i := range all {
			if all[i].TaskIDs, err = texts(ctx, tx, s.stmt.ContextTasks, owner, all[i].ID, maxContextTasks); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// TaskOwners implements [task.Store].
func (s *Store) TaskOwners(ctx context.Context, id string) ([]string, error) {
	return s.owners(ctx, s.stmt.AnyTaskOwners, id)
}

// ContextOwners implements [task.Store].
func (s *Store) ContextOwners(ctx context.Context, contextID string) ([]string, error) {
	return s.owners(ctx, s.stmt.AnyContextOwners, contextID)
}

func (s *Store) owners(ctx context.Context, stmt *sql.Stmt, id string) (owners []string, err error) {
	err = s.view(ctx, everybody, func(ctx context.Context, tx *sql.Tx) error {
		owners, err = texts(ctx, tx, stmt, id)
		return err
	})
	return owners, err
}

// texts returns the single column of a query.
func texts(ctx context.Context, tx *sql.Tx, stmt *sql.Stmt, args ...any) ([]string, error) {
	rows, err := tx.StmtContext(ctx, stmt).QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		all = append(all, text)
	}
	return all, rows.Err()
}
