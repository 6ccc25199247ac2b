package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestBuildAtLeavesNothingBehind builds two commits of a tiny repository.
func TestBuildAtLeavesNothingBehind(t *testing.T) {
	source, out := t.TempDir(), t.TempDir()
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	for _, name := range []string{"AUTHOR", "COMMITTER"} {
		t.Setenv("GIT_"+name+"_NAME", "bench")
		t.Setenv("GIT_"+name+"_EMAIL", "bench@example.com")
	}
	run := func(args ...string) string {
		t.Helper()
		said, err := git(t.Context(), source, args...)
		if err != nil {
			t.Fatal(err)
		}
		return said
	}
	commit := func(word string) {
		t.Helper()
		write(t, filepath.Join(source, "go.mod"), "module example.com/tiny\n\ngo 1.24\n")
		write(t, filepath.Join(source, "cmd", "agent", "main.go"), "package main\n\nfunc main() { print(\""+word+"\") }\n")
		run("add", "-A")
		run("commit", "--quiet", "-m", word)
	}
	run("init", "--quiet")
	commit("before")
	commit("after")
	base, now := filepath.Join(out, "program-base"), filepath.Join(out, "program")
	name, err := buildAt(t.Context(), source, "HEAD~1", base)
	if err != nil || name != run("rev-parse", "--short=7", "HEAD~1") {
		t.Errorf("built %q, %v", name, err)
	}
	if err := build(t.Context(), source, now); err != nil {
		t.Fatal(err)
	}
	for program, want := range map[string]string{base: "before", now: "after"} {
		if said, err := exec.CommandContext(t.Context(), program).CombinedOutput(); err != nil || string(said) != want {
			t.Errorf("%s says %q, %v; want %q", program, said, err, want)
		}
	}
	if trees := run("worktree", "list"); strings.Count(trees, "\n") != 0 {
		t.Errorf("worktrees are left:\n%s", trees)
	}
	if _, err := buildAt(t.Context(), source, "no-such-ref", base); err == nil {
		t.Error("a commit that is not there was built")
	}
	write(t, filepath.Join(source, "go.mod"), "module example.com/tiny\n\ngo 1.23\n")
	if name, err := describe(t.Context(), source); err != nil || !strings.HasSuffix(name, ", changed") {
		t.Errorf("a changed tree is called %q, %v", name, err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
