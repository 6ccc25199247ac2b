package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/task/sqlrows"
)

// SetLogLimit replaces checkpointAt, before the store is used.
func (s *Store) SetLogLimit(bytes int64) { s.log.limit = bytes }

// Viewing calls fn in the middle of a read.
func (s *Store) Viewing(ctx context.Context, owner string, fn func()) error {
	return s.view(ctx, owner, func(ctx context.Context, tx *sql.Tx) error {
		var n int
		err := tx.QueryRowContext(ctx, "SELECT count(*) FROM tasks").Scan(&n)
		fn()
		return err
	})
}

// Changing calls fn in the middle of a write.
func (s *Store) Changing(ctx context.Context, owner string, fn func()) error {
	return s.change(ctx, owner, func(context.Context, *sql.Tx) error {
		fn()
		return nil
	})
}

// SetLong replaces long, before the store is used.
func (s *Store) SetLong(d time.Duration) { s.commits.long = d }

// Execute is a change that is a statement and what end says then.
func (s *Store) Execute(ctx context.Context, owner, statement string, end func(tx *sql.Tx) error) error {
	return s.change(ctx, owner, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
		return end(tx)
	})
}

// ChangingTasks calls fn in the middle of a write with the number of tasks then.
func (s *Store) ChangingTasks(ctx context.Context, owner string, fn func(tasks int)) error {
	return s.change(ctx, owner, func(ctx context.Context, tx *sql.Tx) error {
		var n int
		err := tx.QueryRowContext(ctx, "SELECT count(*) FROM tasks").Scan(&n)
		fn(n)
		return err
	})
}

// Readers is how many may read at a time.
const Readers = readers

// Together is how many changes commit together at most.
const Together = together

// Batch is how many tasks a transaction deletes at most.
const Batch = sqlrows.Batch

// WaitingWriters is how many wait for their turn to write.
func (s *Store) WaitingWriters() int { return s.commits.waiting() }

// WaitingReaders is how many wait for their turn to read.
func (s *Store) WaitingReaders() int { return s.readers.Waiting() }

// SetRoom lets the database grow by so many pages and no more.
func (s *Store) SetRoom(t testing.TB, pages int) {
	t.Helper()
	var now int
	if err := s.write.QueryRow("PRAGMA page_count").Scan(&now); err != nil {
		t.Fatal(err)
	}
	if _, err := s.write.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", now+pages)); err != nil {
		t.Fatal(err)
	}
}

// SetReadOnly has SQLite refuse writes.
func (s *Store) SetReadOnly(t testing.TB) {
	t.Helper()
	if _, err := s.write.Exec("PRAGMA query_only = 1"); err != nil {
		t.Fatal(err)
	}
}

// Migrations are the files that make the schema.
var Migrations = migrations

// Rows counts those of a table.
func (s *Store) Rows(t testing.TB, table string) (n int) {
	t.Helper()
	if err := s.read.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
