package sqlite_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

func large(id string) task.Submission {
	return task.Submission{
		Owner: owner(0), TaskID: id, ContextID: id, Run: id, Digest: []byte(id), At: time.UnixMilli(1),
		Message:  &a2a.Message{ID: id, Role: a2a.MessageRoleUser, Parts: a2a.ContentParts{a2a.NewTextPart(strings.Repeat("x", 200<<10))}},
		MaxTasks: 100, MaxBytes: 1 << 30, MaxMessages: 100, MaxTaskBytes: 1 << 30,
	}
}

// TestAFullDiskIsAnErrorOfStorage fills the database: each write is then refused
// with the one error, changes nothing, and succeeds when there is room again.
func TestAFullDiskIsAnErrorOfStorage(t *testing.T) {
	t.Parallel()
	store := openIn(t, filepath.Join(t.TempDir(), "dir"))
	if _, err := store.Submit(t.Context(), large("first")); err != nil {
		t.Fatal(err)
	}
	store.SetRoom(t, 0)
	result := task.Transition{To: a2a.TaskStateCompleted, At: time.UnixMilli(2), Artifacts: []*a2a.Artifact{
		{ID: "a", Parts: a2a.ContentParts{a2a.NewTextPart(strings.Repeat("x", 200<<10))}},
	}}
	for range 2 {
		if _, err := store.Submit(t.Context(), large("second")); !errors.Is(err, task.ErrStorage) {
			t.Errorf("Submit: %v", err)
		}
		if err := store.Transition(t.Context(), owner(0), "first", result); !errors.Is(err, task.ErrStorage) {
			t.Errorf("Transition: %v", err)
		}
		if err := store.Probe(t.Context()); !errors.Is(err, task.ErrStorage) {
			t.Errorf("Probe: %v", err)
		}
	}
	if got, err := store.Get(t.Context(), owner(0), "first", -1); err != nil || got.Status.State != a2a.TaskStateSubmitted || len(got.Artifacts) != 0 {
		t.Errorf("the task became %+v, %v", got, err)
	}
	store.SetRoom(t, 1<<20)
	if err := store.Probe(t.Context()); err != nil {
		t.Errorf("Probe with room: %v", err)
	}
	if err := store.Transition(t.Context(), owner(0), "first", result); err != nil {
		t.Errorf("Transition with room: %v", err)
	}
	if _, err := store.Submit(t.Context(), large("second")); err != nil {
		t.Errorf("Submit with room: %v", err)
	}
}

// TestReadOnlyIsAnErrorOfStorage: the file may not be written any more, as after
// an error of the disk.
func TestReadOnlyIsAnErrorOfStorage(t *testing.T) {
	t.Parallel()
	store := openIn(t, filepath.Join(t.TempDir(), "dir"))
	store.SetReadOnly(t)
	if _, err := store.Submit(t.Context(), large("first")); !errors.Is(err, task.ErrStorage) {
		t.Errorf("Submit: %v", err)
	}
}
