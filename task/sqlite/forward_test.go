package sqlite_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/sqlite"
)

// TestTasksOfAVersionWithoutEvents opens a database of the version before: each
// task is the fold of its events, goes on where it was, and is lost or deleted as
// one of today.
func TestTasksOfAVersionWithoutEvents(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "dir")
	old := openEarlier(t, path, true)
	for _, id := range []string{"done", "waits", "talk", "works"} {
		old.submit(id)
	}
	old.transition("done", a2a.TaskStateCompleted, 0)
	old.transition("waits", a2a.TaskStateInputRequired, 0)
	old.transition("talk", a2a.TaskStateInputRequired, 0)
	old.answer("talk", 1)
	old.transition("talk", a2a.TaskStateCompleted, 1)
	store := openIn(t, path)
	for id, sizes := range map[string][2]int{"done": {1, 1}, "waits": {1, 1}, "talk": {3, 2}, "works": {1, 0}} {
		if got := wantFold(t, store, id); len(got.History) != sizes[0] || len(got.Artifacts) != sizes[1] {
			t.Errorf("%s came as %s", id, asJSON(t, got))
		}
	}

	run := goOn(t, store, "waits")
	if err := store.Append(t.Context(), owner(0), "waits", task.Chunk{Run: "next", Fence: run, Artifact: &a2a.Artifact{ID: "b", Parts: a2a.ContentParts{a2a.NewTextPart("x")}}, At: time.UnixMilli(4)}); err != nil {
		t.Fatal(err)
	}
	wantFold(t, store, "waits")
	end := task.Transition{Run: "next", Fence: run, To: a2a.TaskStateCompleted, At: time.UnixMilli(5)}
	if err := store.Transition(t.Context(), owner(0), "waits", end); err != nil {
		t.Fatal(err)
	}
	if got := wantFold(t, store, "waits"); len(got.Artifacts) != 2 || len(got.History) != 3 {
		t.Errorf("the task that went on became %s", asJSON(t, got))
	}

	lost := task.Recovery{Holder: "me", Transition: task.Transition{To: a2a.TaskStateFailed, At: time.UnixMilli(6)}}
	if all, err := store.FailLost(t.Context(), lost); len(all) != 0 || err != nil {
		t.Errorf("beside the version before, lost are %v, %v", all, err)
	}
	lost.Alone = true
	if all, err := store.FailLost(t.Context(), lost); len(all) != 1 || all[0].ID != "works" || err != nil {
		t.Errorf("lost are %v, %v", all, err)
	}
	wantFold(t, store, "works")
	if n, err := store.ClearContext(t.Context(), owner(0), "c"); n != 4 || err != nil {
		t.Errorf("ClearContext = %d, %v", n, err)
	}
	var left int
	if err := old.db.QueryRow("SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM messages) + (SELECT count(*) FROM owners)").Scan(&left); err != nil || left != 0 {
		t.Errorf("%d rows are left, %v", left, err)
	}
}

// goOn answers a task that waits for input, and returns the number of the run.
func goOn(t *testing.T, store *sqlite.Store, id string) int64 {
	t.Helper()
	out, err := store.Submit(t.Context(), task.Submission{
		Owner: owner(0), Run: "next", Holder: "me", Digest: []byte("next"), At: time.UnixMilli(3),
		Message:  &a2a.Message{ID: "next", TaskID: a2a.TaskID(id), Role: a2a.MessageRoleUser, Parts: a2a.ContentParts{a2a.NewTextPart("next")}},
		MaxTasks: 100, MaxBytes: 1 << 20, MaxMessages: 100, MaxTaskBytes: 1 << 20,
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Fence
}

// TestTheVersionWithoutEventsServesOn has both versions at one database: the one
// before goes on with its statements, each sees what the other wrote, and this
// one's runs are fenced against the other's.
func TestTheVersionWithoutEventsServesOn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "dir")
	store := openIn(t, path)
	old := openEarlier(t, path, false)

	old.submit("old")
	old.transition("old", a2a.TaskStateCompleted, 0)
	if got := wantFold(t, store, "old"); got.Status.State != a2a.TaskStateCompleted || len(got.Artifacts) != 1 {
		t.Errorf("its task is %s", asJSON(t, got))
	}

	if _, err := store.Submit(t.Context(), large("new")); err != nil {
		t.Fatal(err)
	}
	ask := task.Transition{Run: "new", Fence: 1, To: a2a.TaskStateInputRequired, At: time.UnixMilli(2)}
	if err := store.Transition(t.Context(), owner(0), "new", ask); err != nil {
		t.Fatal(err)
	}
	old.answer("new", 1)
	if err := store.Transition(t.Context(), owner(0), "new", ask); !errors.Is(err, task.ErrSuperseded) {
		t.Errorf("the run of before the other's: %v", err)
	}
	old.transition("new", a2a.TaskStateCompleted, 0)
	got, err := store.Get(t.Context(), owner(0), "new", -1)
	if err != nil || got.Status.State != a2a.TaskStateCompleted || len(got.History) != 3 || len(got.Artifacts) != 1 {
		t.Errorf("the task became %s, %v", asJSON(t, got), err)
	}
	if _, head, err := store.Events(t.Context(), owner(0), "new", 0, 0); err != nil || !head.AtRest() {
		t.Errorf("a reader sees %+v, %v", head, err)
	}

	if _, err := store.Submit(t.Context(), large("mine")); err != nil {
		t.Fatal(err)
	}
	var id, contextID, state string
	var message sql.NullString
	var messages, bytes, updated int64
	if err := old.db.QueryRow(earlierTask, owner(0), "mine").Scan(&id, &contextID, &state, &message, &messages, &bytes, &updated); err != nil || messages != 1 {
		t.Errorf("the version before sees %d messages, %v", messages, err)
	}
	for _, query := range []string{earlierHistory, earlierArtifacts} {
		args := []any{owner(0), "new", 0}
		if query == earlierArtifacts {
			args = args[:2]
		}
		var body string
		if err := old.db.QueryRow(query, args...).Scan(&body); err != nil || body == "" {
			t.Errorf("%s: %q, %v", query, body, err)
		}
	}
	old.exec(earlierDelete, owner(0), "mine")
	if _, _, err := store.Events(t.Context(), owner(0), "mine", 0, 1); !errors.Is(err, task.ErrNotFound) {
		t.Errorf("events of a task that the version before deleted: %v", err)
	}
}

// TestWhatIsDeletedLeavesNothing: by its owner, by age, for room and by the operator.
func TestWhatIsDeletedLeavesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "dir")
	store := openIn(t, path)
	dir, err := safefile.OpenDir(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, remove := range map[string]func(id string) error{
		"by its owner": func(id string) error { _, err := store.ClearContext(t.Context(), owner(0), id); return err },
		"by age":       func(string) error { _, err := store.Expire(t.Context(), time.UnixMilli(3), 10); return err },
		"by the operator": func(string) error {
			_, err := sqlite.Clear(t.Context(), dir, owner(0), time.UnixMilli(3))
			return err
		},
		"for room": func(string) error {
			s := large("other")
			s.MaxTasks, s.MakeRoom = 1, true
			if _, err := store.Submit(t.Context(), s); err != nil {
				return err
			}
			_, err := store.ClearContext(t.Context(), owner(0), "other")
			return err
		},
	} {
		if _, err := store.Submit(t.Context(), large(name)); err != nil {
			t.Fatal(err)
		}
		chunk := task.Chunk{Run: name, Fence: 1, Artifact: &a2a.Artifact{ID: "a", Parts: a2a.ContentParts{a2a.NewTextPart("x")}}, At: time.UnixMilli(1)}
		if err := store.Append(t.Context(), owner(0), name, chunk); err != nil {
			t.Fatal(err)
		}
		if err := store.Transition(t.Context(), owner(0), name, task.Transition{To: a2a.TaskStateCompleted, At: time.UnixMilli(2)}); err != nil {
			t.Fatal(err)
		}
		if err := remove(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, table := range []string{"tasks", "events", "messages", "artifacts", "owners"} {
			if n := store.Rows(t, table); n != 0 {
				t.Errorf("deleted %s, %d rows of %s are left", name, n, table)
			}
		}
	}
}
