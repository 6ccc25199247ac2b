package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// What "--keep" prints can be pasted into a shell: it starts the agent that was
// built beside this program, whatever its directory is called.
func TestTheHintStartsTheAgentBesideTheDemo(t *testing.T) {
	for _, name := range []string{"bin", "ann b", "it's", "$HOME", `a"b`} {
		dir := filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "agent"), []byte("#!/bin/sh\necho called with $1\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		command := agentProgram(filepath.Join(dir, "demo"), nil) + " hello"
		out, err := exec.CommandContext(t.Context(), "/bin/sh", "-c", command).CombinedOutput()
		if err != nil || string(out) != "called with hello\n" {
			t.Errorf("%s: %s %v", command, out, err)
		}
	}
}

// What "go run" made has no agent beside it.
func TestTheHintFallsBackOnTheSourceTree(t *testing.T) {
	dir := t.TempDir()
	demo := filepath.Join(dir, "demo")
	const want = "go run ./cmd/agent"
	if got := agentProgram(demo, nil); got != want {
		t.Errorf("nothing there: %s", got)
	}
	if got := agentProgram("", os.ErrNotExist); got != want {
		t.Errorf("no path: %s", got)
	}
	if err := os.WriteFile(filepath.Join(dir, "agent"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := agentProgram(demo, nil); got != want {
		t.Errorf("a file that is no program: %s", got)
	}
	if err := os.Remove(filepath.Join(dir, "agent")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "agent"), 0o700); err != nil {
		t.Fatal(err)
	}
	if got := agentProgram(demo, nil); got != want {
		t.Errorf("a directory, as the package of that name is: %s", got)
	}
}
