package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/sqlite"
)

// The operator looks and clears while the agent has the directory and its
// database open, and while it does not.
func TestTasksAreListedAndClearedBesideTheAgent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "agent")
	t.Setenv("AGENT__DIR", path)
	t.Chdir(t.TempDir()) // no .env
	dir, err := safefile.OpenDir(path, nil)
	must(t, err)
	must(t, dir.WriteFile(home.IdentityFile, nil, 0o644))
	if code, out, errOut := runAgent(t, "", "tasks", "list", "--json"); code != cli.ExitOK || strings.TrimSpace(out) != "[]" {
		t.Errorf("without a database: exit %d, %q, %q", code, out, errOut)
	}
	lock, err := dir.Lock()
	must(t, err)
	store, err := sqlite.Open(t.Context(), dir, nil)
	must(t, err)
	ann, ben := "did:bindu:test:ann:1", "did:bindu:test:ben:1"
	old := time.Now().Add(-48 * time.Hour)
	submit := func(owner, id string, at time.Time, to a2a.TaskState) {
		t.Helper()
		_, err := store.Submit(t.Context(), task.Submission{
			Owner: owner, TaskID: id, ContextID: "c", Run: "r", Digest: []byte(id), At: at, MaxTasks: 1e6, MaxBytes: 1 << 30, MaxMessages: 9, MaxTaskBytes: 1 << 20,
			Message: &a2a.Message{ID: id, Role: a2a.MessageRoleUser, Parts: a2a.ContentParts{a2a.NewTextPart("x")}},
		})
		must(t, err)
		must(t, store.Transition(t.Context(), owner, id, task.Transition{To: to, At: at}))
	}
	for i := range 150 {
		submit(ann, fmt.Sprint("old", i), old, a2a.TaskStateCompleted)
	}
	submit(ann, "works", old, a2a.TaskStateWorking)
	submit(ann, "young", time.Now(), a2a.TaskStateFailed)
	submit(ben, "bens", old, a2a.TaskStateCompleted)

	list := func() map[string]taskUsage {
		t.Helper()
		code, out, errOut := runAgent(t, "", "tasks", "list", "--json")
		var all []taskUsage
		if err := json.Unmarshal([]byte(out), &all); code != cli.ExitOK || err != nil {
			t.Fatalf("list: exit %d, %q, %q", code, out, errOut)
		}
		byDID := map[string]taskUsage{}
		for _, u := range all {
			byDID[u.DID] = u
		}
		return byDID
	}
	if u := list()[ann]; u.Tasks != 152 || u.AtRest != 151 || u.Bytes == 0 || u.Oldest.Unix() != old.Unix() {
		t.Errorf("ann has %+v", u)
	}
	if code, out, errOut := runAgent(t, "", "tasks", "clear", "--did", ann, "--older-than", "24h"); code != cli.ExitOK || !strings.Contains(out, "deleted 150 tasks") {
		t.Errorf("clear: exit %d, %q, %q", code, out, errOut)
	}
	if u := list(); u[ann].Tasks != 2 || u[ben].Tasks != 1 {
		t.Errorf("left are %+v", u)
	}
	for _, id := range []string{"works", "young"} {
		_, err := store.Get(t.Context(), ann, id, -1)
		must(t, err)
	}
	submit(ann, "next", time.Now(), a2a.TaskStateCompleted) // the agent serves on
	must(t, store.Transition(t.Context(), ann, "works", task.Transition{To: a2a.TaskStateCompleted, At: time.Now()}))
	must(t, store.Close())
	must(t, lock.Release())

	if code, out, errOut := runAgent(t, "", "tasks", "clear", "--did", ann); code != cli.ExitOK || !strings.Contains(out, "deleted 3 tasks") {
		t.Errorf("clear without an agent: exit %d, %q, %q", code, out, errOut)
	}
	if u := list(); len(u) != 1 || u[ben].Tasks != 1 {
		t.Errorf("left are %+v", u)
	}
	for _, line := range [][]string{{"tasks", "clear"}, {"tasks", "clear", "--did", ann, "--older-than", "-1h"}} {
		if code, _, errOut := runAgent(t, "", line...); code != cli.ExitUsage {
			t.Errorf("%v: exit %d, %q", line, code, errOut)
		}
	}
	if code, out, _ := runAgent(t, "", "tasks", "list", "--did", ben); code != cli.ExitOK || !strings.HasPrefix(out, ben+"  1 tasks") {
		t.Errorf("list of one: %d, %q", code, out)
	}
}
