package main

import (
	"errors"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/sqlite"
)

func emptyDir(t *testing.T) *safefile.Dir {
	t.Helper()
	dir, err := safefile.OpenDir(t.TempDir()+"/agent", nil)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestRememberedDIDsAreThere(t *testing.T) {
	dir := emptyDir(t)
	served, err := replay.Open(dir, replay.Config{Window: window, Total: 100, Fresh: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := served.Close(); err != nil {
		t.Fatal(err)
	}
	done := 0
	if err := rememberDIDs(t.Context(), dir, 3, func(n int) { done = n }); err != nil {
		t.Fatal(err)
	}
	keys, err := keymemory.Open(dir, keymemory.Config{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	defer keys.Close()
	if n, _ := keys.Len(); n != 3 || done != 3 {
		t.Errorf("%d keys are remembered, %d were told of, want 3", n, done)
	}
	uses, err := replay.Open(dir, replay.Config{Window: window, Total: 100})
	if err != nil {
		t.Fatal(err)
	}
	defer uses.Close()
	if _, recovering := uses.Recovering(); recovering {
		t.Error("the memory of replays was not left in order")
	}
}

func TestUsesAreRemembered(t *testing.T) {
	dir := emptyDir(t)
	cfg := replay.Config{Window: window, Total: 100, Fresh: true}
	name, err := did.Parse("did:bindu:bench_at_example_com:seen:9f3c7d1e-0000-4000-8000-000000000000")
	if err != nil {
		t.Fatal(err)
	}
	if err := rememberUses(t.Context(), dir, []did.DID{name}, cfg); err != nil {
		t.Fatal(err)
	}
	uses, err := replay.Open(dir, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer uses.Close()
	if err := uses.Use(t.Context(), name, useKey(0), time.Now().Add(window)); !errors.Is(err, gate.ErrReplayed) {
		t.Errorf("used again: %v, want ErrReplayed", err)
	}
}

func TestStoredTasksAreThere(t *testing.T) {
	dir := emptyDir(t)
	done := 0
	if err := storeTasks(t.Context(), dir, 3, func(n int) { done = n }); err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	page, err := store.List(t.Context(), ownerOf(0), task.Filter{Limit: 10, Since: time.Time{}, Artifacts: true, History: -1})
	if err != nil || page.Total != 3 || done != 3 {
		t.Fatalf("%d tasks, %v; want 3", page.Total, err)
	}
	for _, stored := range page.Tasks {
		if !stored.Status.State.Terminal() || len(stored.Artifacts) != 1 || len(stored.History) != 1 {
			t.Errorf("%+v: want an ended task with a message and an artifact", stored)
		}
	}
}
