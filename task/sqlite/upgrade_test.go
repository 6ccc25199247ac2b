package sqlite_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/sqlite"
)

// TestTasksOfAnEarlierBuildExpire opens a database as a build without retention
// left it.
func TestTasksOfAnEarlierBuildExpire(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "dir")
	dir, err := safefile.OpenDir(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	earlier, err := sqlite.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := earlier.Submit(t.Context(), large("old")); err != nil {
		t.Fatal(err)
	}
	if err := earlier.Transition(t.Context(), owner(0), "old", task.Transition{To: a2a.TaskStateCompleted, At: time.UnixMilli(2)}); err != nil {
		t.Fatal(err)
	}
	if err := earlier.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(path, sqlite.FileName))
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"DROP TABLE leases", "DROP TABLE events", "ALTER TABLE tasks DROP COLUMN told", "ALTER TABLE tasks DROP COLUMN holder",
		"ALTER TABLE tasks DROP COLUMN fence", "ALTER TABLE tasks DROP COLUMN seq",
		"DROP INDEX tasks_at_rest", "DROP TABLE probe", "DELETE FROM goose_db_version WHERE version_id >= 4",
		"INSERT INTO owners (owner, tasks, bytes) VALUES ('gone', 0, 0)",
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	store := openIn(t, path)
	if all, err := sqlite.Usages(t.Context(), dir); err != nil || len(all) != 1 || all[0].Tasks != 1 {
		t.Errorf("usages %+v, %v", all, err)
	}
	if n, err := store.Expire(t.Context(), time.UnixMilli(3), 10); n != 1 || err != nil {
		t.Errorf("Expire = %d, %v", n, err)
	}
	if all, err := sqlite.Usages(t.Context(), dir); err != nil || len(all) != 0 {
		t.Errorf("usages %+v, %v", all, err)
	}
}
