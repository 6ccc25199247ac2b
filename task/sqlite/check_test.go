package sqlite_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/sqlite"
)

func databaseDir(t *testing.T, path string) *safefile.Dir {
	t.Helper()
	dir, err := safefile.OpenDir(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// versionsOnly is what the migrations write first, in a transaction of its own.
const versionsOnly = `CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL,
	is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));
	INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1)`

// What Check refuses Open refuses, and the other way round.
func TestCheckAndOpenAgree(t *testing.T) {
	t.Parallel()
	whole := filepath.Join(t.TempDir(), "whole")
	openIn(t, whole) // closed when the test ends: its log is full, as after a kill
	for name, test := range map[string]struct {
		make func(t *testing.T, path string)
		want error
	}{
		"no database":                       {func(*testing.T, string) {}, nil},
		"an empty file":                     {func(t *testing.T, path string) { writeDatabase(t, path, nil) }, nil},
		"as a kill leaves it":               {func(t *testing.T, path string) { copyDatabase(t, whole, path) }, nil},
		"garbage":                           {func(t *testing.T, path string) { writeDatabase(t, path, slices.Repeat([]byte("garbage "), 1000)) }, sqlite.ErrCorrupt},
		"another program's":                 {func(t *testing.T, path string) { otherTables(t, path, "CREATE TABLE tasks (x)") }, sqlite.ErrCorrupt},
		"killed before the first migration": {func(t *testing.T, path string) { otherTables(t, path, versionsOnly) }, nil},
		"migrated, and without tasks": {func(t *testing.T, path string) {
			otherTables(t, path, versionsOnly+"; INSERT INTO goose_db_version (version_id, is_applied) VALUES (1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 1), (7, 1), (8, 1), (9, 1)")
		}, sqlite.ErrCorrupt},
		"a table is not ours": {func(t *testing.T, path string) {
			copyDatabase(t, whole, path)
			otherTables(t, path, "DROP TABLE chunks")
		}, sqlite.ErrCorrupt},
		"others could read it": {func(t *testing.T, path string) { writeDatabase(t, path, nil); chmod(t, path, 0o644) }, safefile.ErrInsecurePermissions},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "dir")
			dir := databaseDir(t, path)
			test.make(t, filepath.Join(path, sqlite.FileName))
			before, err := dir.Names()
			if err != nil {
				t.Fatal(err)
			}
			checked := sqlite.Check(t.Context(), dir)
			after, err := dir.Names()
			slices.Sort(before)
			slices.Sort(after)
			if err != nil || !slices.Equal(before, after) {
				t.Errorf("%v became %v, %v", before, after, err)
			}
			store, opened := sqlite.Open(t.Context(), dir, nil)
			if store != nil {
				_ = store.Close()
			}
			for what, err := range map[string]error{"Check": checked, "Open": opened} {
				if !errors.Is(err, test.want) || test.want == nil && err != nil {
					t.Errorf("%s: %v, want %v", what, err, test.want)
				}
				if errors.Is(err, sqlite.ErrCorrupt) && name == "garbage" && !errors.Is(err, task.ErrStorage) {
					t.Errorf("%s: %v is no fault of storage to a caller", what, err)
				}
			}
		})
	}
}

// Check runs beside an agent that has the file open and goes on writing.
func TestCheckBesideAnOpenStore(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "dir")
	store := openIn(t, path)
	for range 3 {
		if err := sqlite.Check(t.Context(), databaseDir(t, path)); err != nil {
			t.Error(err)
		}
		if err := store.Probe(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func writeDatabase(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// copyDatabase copies what an open store has on the disk, its memory excepted.
func copyDatabase(t *testing.T, from, to string) {
	t.Helper()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		content, err := os.ReadFile(filepath.Join(from, sqlite.FileName+suffix))
		if err != nil {
			t.Fatal(err)
		}
		writeDatabase(t, to+suffix, content)
	}
}

func otherTables(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	chmod(t, path, 0o600)
}
