package sqlite_test

import (
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
	old := openEarlier(t, path, beforeEvents)
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
	wantEmpty(t, store)
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

// The statements of the version with events.
const (
	eventsTask = `INSERT INTO tasks (owner, id, context_id, state, run, fence, holder, told, seq, message, messages, artifacts, bytes, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, 'holder', 0, ?, ?, ?, ?, ?, ?)`
	eventsEvent = `INSERT INTO events (owner, task_id, seq, kind, run, at, state, ref, body) VALUES (?, ?, ?, ?, 'run', 2, ?, ?, ?)`
)

// TestTasksOfAVersionWithoutNumbers opens a database of the version with events: each
// task is what it was, is known by its messages, and goes on.
func TestTasksOfAVersionWithoutNumbers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "dir")
	old := openEarlier(t, path, withEvents)
	said, made := old.message("waits", "said", a2a.MessageRoleAgent), old.json(&a2a.Artifact{ID: "a", Parts: a2a.ContentParts{a2a.NewTextPart("made")}})
	for id, sent := range map[string]string{"waits": "hello", "works": "hello"} {
		body := old.message(id, sent, a2a.MessageRoleUser)
		old.exec(earlierCharge, owner(0), 1, len(body)+len(made))
		if id == "waits" {
			old.exec(eventsTask, owner(0), id, "c", a2a.TaskStateInputRequired, "run", 1, 3, said, 1, 1, len(body)+len(made), 2)
		} else {
			old.exec(eventsTask, owner(0), id, "c", a2a.TaskStateWorking, "run", 2, 4, nil, 1, 0, len(body)+2*len(made), 2)
		}
		old.exec(earlierMessage, owner(0), id, 0, "m-"+id, []byte(id), body)
		old.exec(eventsEvent, owner(0), id, 1, "message", nil, 0, nil)
	}
	old.exec(earlierArtifact, owner(0), "waits", 0, made)
	old.exec(eventsEvent, owner(0), "waits", 2, "artifact", nil, 0, nil)
	old.exec(`INSERT INTO feedback (owner, task_id, at, rating, text) VALUES (?, 'waits', 3, 5, 'good')`, owner(0))
	old.exec(eventsEvent, owner(0), "works", 2, "chunk", nil, nil, made)
	old.exec(eventsEvent, owner(0), "works", 3, "state", a2a.TaskStateWorking, nil, nil)
	old.exec(eventsEvent, owner(0), "works", 4, "chunk", nil, nil, made)

	store := openIn(t, path)
	for id, parts := range map[string]int{"waits": 1, "works": 2} {
		got := wantFold(t, store, id)
		if len(got.History) != 1 || len(got.Artifacts) != 1 || len(got.Artifacts[0].Parts) != parts {
			t.Errorf("%s came as %s", id, asJSON(t, got))
		}
		again := large("m-" + id)
		again.Digest = []byte(id)
		if out, err := store.Submit(t.Context(), again); err != nil || !out.Duplicate || string(out.Task.ID) != id {
			t.Errorf("its message again: %+v, %v", out, err)
		}
	}
	if n := store.Rows(t, "feedback"); n != 1 {
		t.Errorf("%d rows of feedback", n)
	}
	run := goOn(t, store, "waits")
	end := task.Transition{Run: "next", Fence: run, To: a2a.TaskStateCompleted, At: time.UnixMilli(5)}
	if err := store.Transition(t.Context(), owner(0), "waits", end); err != nil {
		t.Fatal(err)
	}
	if got := wantFold(t, store, "waits"); len(got.History) != 3 || len(got.Artifacts) != 1 || run != 2 {
		t.Errorf("run %d made it %s", run, asJSON(t, got))
	}
	end = task.Transition{Run: "run", Fence: 2, To: a2a.TaskStateCompleted, At: time.UnixMilli(5)}
	if err := store.Transition(t.Context(), owner(0), "works", end); err != nil {
		t.Fatal(err)
	}
	wantFold(t, store, "works")
	if n, err := store.ClearContext(t.Context(), owner(0), "c"); n != 2 || err != nil {
		t.Errorf("ClearContext = %d, %v", n, err)
	}
	wantEmpty(t, store)
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
		wantEmpty(t, store)
	}
}

// wantEmpty looks whether anything of a task is left.
func wantEmpty(t *testing.T, store *sqlite.Store) {
	t.Helper()
	for _, table := range []string{"tasks", "events", "chunks", "feedback", "owners", "pushes"} {
		if n := store.Rows(t, table); n != 0 {
			t.Errorf("%d rows of %s are left", n, table)
		}
	}
}
