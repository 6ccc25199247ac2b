package main

import (
	"os"
	"testing"
)

// What "demo --keep" prints can be pasted into a shell.
func TestTheHintOfTheDemoNamesThisProgram(t *testing.T) {
	for path, want := range map[string]string{
		"/opt/agent/bin/agent":                    "/opt/agent/bin/agent",
		"/home/ann b/it's/agent":                  `'/home/ann b/it'\''s/agent'`,
		"/tmp/go-build123/b001/exe/agent":         "go run ./cmd/agent",
		"/root/.cache/go-build/ab/abc123-d/agent": "go run ./cmd/agent",
	} {
		if got := startedBy(path, nil); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	if got := startedBy("", os.ErrNotExist); got != "go run ./cmd/agent" {
		t.Errorf("no path: %s", got)
	}
}
