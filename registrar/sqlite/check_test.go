package sqlite_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/registrar/sqlite"
)

// versionsOnly is what the migrations write first, in a transaction of its own.
const versionsOnly = `CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL,
	is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));
	INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1)`

// execute runs statements in a file, which becomes a private database.
func execute(t *testing.T, file, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(statements); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Close(), os.Chmod(file, 0o600)); err != nil {
		t.Fatal(err)
	}
}

// copied puts the files of a database elsewhere, as a kill leaves them.
func copied(t *testing.T, from, to string) {
	t.Helper()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		data, err := os.ReadFile(from + suffix)
		if err != nil {
			t.Fatal(err)
		}
		write(t, to+suffix, string(data), 0o600)
	}
}

// mixed puts a backup where the log of pages of a later database was left, as a kill and
// a careless copy do.
func mixed(t *testing.T, from, to string) {
	t.Helper()
	const more = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		INSERT INTO nonces (key, nonce, until) SELECT randomblob(32), hex(randomblob(16)), i FROM n`
	later := filepath.Join(t.TempDir(), "later")
	copied(t, from, later)
	db, err := sql.Open("sqlite", later+"?_pragma=journal_mode(WAL)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	db.SetMaxOpenConns(1)
	put := func(from, to string) {
		data, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		write(t, to, string(data), 0o600)
	}
	for _, rows := range []int{1000, 1000, 50} {
		if _, err := db.Exec(fmt.Sprintf(more, rows)); err != nil {
			t.Fatal(err)
		}
		if rows == 50 {
			break
		}
		if _, err := db.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(to); err != nil {
			put(later, to) // the backup is of after the first
		}
	}
	put(later+"-wal", to+"-wal")
	put(later+"-shm", to+"-shm")
}

// What Check refuses Open refuses, and the other way round; Check leaves the files alone.
func TestCheckAndOpenAgree(t *testing.T) {
	t.Parallel()
	whole := filepath.Join(t.TempDir(), "whole")
	openIn(t, whole) // closed when the test ends: its log is full, as after a kill
	whole = filepath.Join(whole, sqlite.FileName)
	for name, test := range map[string]struct {
		make func(t *testing.T, file string)
		want error
	}{
		"no database":                       {func(*testing.T, string) {}, nil},
		"an empty file":                     {func(t *testing.T, file string) { write(t, file, "", 0o600) }, nil},
		"as a kill leaves it":               {func(t *testing.T, file string) { copied(t, whole, file) }, nil},
		"garbage":                           {func(t *testing.T, file string) { write(t, file, strings.Repeat("garbage ", 1000), 0o600) }, sqlite.ErrCorrupt},
		"another program's":                 {func(t *testing.T, file string) { execute(t, file, "CREATE TABLE clients (x)") }, sqlite.ErrCorrupt},
		"killed before the first migration": {func(t *testing.T, file string) { execute(t, file, versionsOnly) }, nil},
		"migrated, and without clients": {func(t *testing.T, file string) {
			execute(t, file, versionsOnly+"; INSERT INTO goose_db_version (version_id, is_applied) VALUES (1, 1), (2, 1), (3, 1)")
		}, sqlite.ErrCorrupt},
		"a table is not there": {func(t *testing.T, file string) {
			copied(t, whole, file)
			execute(t, file, "DROP TABLE head")
		}, sqlite.ErrCorrupt},
		"a backup beside the log of what came after": {func(t *testing.T, file string) { mixed(t, whole, file) }, sqlite.ErrCorrupt},
		"others could read it":                       {func(t *testing.T, file string) { write(t, file, "", 0o644) }, safefile.ErrInsecurePermissions},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "dir")
			dir := openDir(t, path)
			test.make(t, filepath.Join(path, sqlite.FileName))
			names := func() []string {
				all, err := dir.Names()
				if err != nil {
					t.Fatal(err)
				}
				slices.Sort(all)
				return all
			}
			before := names()
			checked := sqlite.Check(t.Context(), dir)
			after := names()
			if !slices.Equal(before, after) {
				t.Errorf("%v became %v", before, after)
			}
			store, opened := sqlite.Open(t.Context(), dir, nil)
			if store != nil {
				_ = store.Close()
			}
			for what, err := range map[string]error{"Check": checked, "Open": opened} {
				if !errors.Is(err, test.want) || test.want == nil && err != nil {
					t.Errorf("%s: %v, want %v", what, err, test.want)
				}
			}
		})
	}
}
