package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
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

// Readers is how many may read at a time.
const Readers = readers

// Batch is how many tasks a transaction deletes at most.
const Batch = batch

// WaitingWriters is how many wait for their turn to write.
func (s *Store) WaitingWriters() int { return s.writer.Waiting() }

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
