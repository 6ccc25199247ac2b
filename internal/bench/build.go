package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// repository returns the directory of the module.
func repository(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/getbindu/bindu-go").Output()
	if err != nil {
		return "", fmt.Errorf("where is the module? %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// build compiles the agent of a source tree as `make build` does.
func build(ctx context.Context, source, program string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-o", program, "./cmd/agent")
	cmd.Dir = source
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the agent in %s: %w\n%s", source, err, bytes.TrimSpace(out))
	}
	return nil
}

// buildAt compiles the agent of another commit, in a worktree that is gone
// afterwards, and returns which commit that is.
func buildAt(ctx context.Context, source, ref, program string) (commit string, err error) {
	tree := filepath.Join(filepath.Dir(program), "base")
	if _, err := git(ctx, source, "worktree", "add", "--quiet", "--detach", tree, ref); err != nil {
		return "", err
	}
	defer func() {
		_, gone := git(context.WithoutCancel(ctx), source, "worktree", "remove", "--force", tree)
		err = errors.Join(err, gone)
	}()
	if commit, err = describe(ctx, tree); err != nil {
		return "", err
	}
	return commit, build(ctx, tree, program)
}

// describe names the commit of a tree, and says whether files differ from it.
func describe(ctx context.Context, tree string) (string, error) {
	return git(ctx, tree, "describe", "--always", "--dirty=, changed", "--abbrev=7", "--exclude=*")
}

func git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w\n%s", args[0], err, bytes.TrimSpace(complaint.Bytes()))
	}
	return strings.TrimSpace(string(out)), nil
}
