package sqlite_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/task/sqlite"
)

// beforeRetention is the last migration of the version before retention.
const beforeRetention = 3

// TestTasksOfAnEarlierBuildExpire opens a database as a build without retention
// left it.
func TestTasksOfAnEarlierBuildExpire(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "dir")
	old := openEarlier(t, path, beforeRetention)
	old.submit("old")
	old.transition("old", a2a.TaskStateCompleted, 0)
	old.exec("INSERT INTO owners (owner, tasks, bytes) VALUES ('gone', 0, 0)")
	dir, err := safefile.OpenDir(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Usages(t.Context(), dir); !errors.Is(err, sqlite.ErrEarlier) {
		t.Errorf("before it is up to date: %v", err)
	}
	if err := sqlite.Check(t.Context(), dir); err != nil {
		t.Error(err)
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
