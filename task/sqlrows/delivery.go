package sqlrows

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/getbindu/bindu-go/task"
)

// DuePushes implements [task.Outbox].
func (s *Store) DuePushes(ctx context.Context, f task.DueFilter) (due task.Due, err error) {
	err = s.view(ctx, f.Owner, func(ctx context.Context, tx *sql.Tx) error {
		stmt, args := s.stmt.AnyDuePushes, []any{f.At.UnixMilli(), f.PerOwner, f.Limit}
		if f.TaskID != "" {
			stmt, args = s.stmt.DuePushes, []any{f.Owner, f.TaskID, f.At.UnixMilli(), f.Limit}
		}
		rows, err := tx.StmtContext(ctx, stmt).QueryContext(ctx, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var ref task.PushRef
			if err := rows.Scan(&ref.Owner, &ref.TaskID, &ref.ID); err != nil {
				return err
			}
			due.Refs = append(due.Refs, ref)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		return tx.StmtContext(ctx, s.stmt.AnyArmedPushes).QueryRowContext(ctx).Scan(&due.Armed)
	})
	return due, err
}

// TakePush implements [task.Outbox].
func (s *Store) TakePush(ctx context.Context, ref task.PushRef, at, until time.Time) (taken task.TakenPush, err error) {
	var body string
	err = s.change(ctx, ref.Owner, func(ctx context.Context, tx *sql.Tx) error {
		taken = task.TakenPush{PushRef: ref, Until: fromMillis(until.UnixMilli())}
		err := tx.StmtContext(ctx, s.stmt.TakePush).
			QueryRowContext(ctx, ref.Owner, ref.TaskID, ref.ID, at.UnixMilli(), until.UnixMilli()).
			Scan(&taken.Row, &body, &taken.After, &taken.Tries, &taken.ContextID)
		if errors.Is(err, sql.ErrNoRows) {
			return task.ErrNotFound
		}
		return err
	})
	if err != nil {
		return task.TakenPush{}, err
	}
	taken.Push, err = decodePush(ref.ID, body)
	return taken, err
}

// SettlePush implements [task.Outbox].
func (s *Store) SettlePush(ctx context.Context, taken task.TakenPush, end task.Settlement) error {
	return s.change(ctx, taken.Owner, func(ctx context.Context, tx *sql.Tx) error {
		if err := lockWith(ctx, tx, s.stmt.LockPushed, taken.Row); err != nil { // else it might go on just now, and wake nothing
			return err
		}
		_, err := tx.StmtContext(ctx, s.stmt.SettlePush).ExecContext(ctx,
			taken.Row, taken.Until.UnixMilli(), end.After, end.Tries, end.Due.UnixMilli(), end.GivenUp)
		return err
	})
}
