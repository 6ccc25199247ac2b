package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// runner runs tests, with and without a mutant.
type runner struct {
	dir   string
	sound map[string]error // of packages: what is wrong with their tests without a mutant
	test  func(ctx context.Context, overlay, pkg string) (failed []string, err error)
}

func newRunner(dir string) *runner {
	return &runner{dir: dir, sound: make(map[string]error), test: goTest}
}

// kill returns the names of the tests that fail with the mutant and only then.
func (r *runner) kill(ctx context.Context, m mutant) (killers []string, err error) {
	overlay, err := m.overlay(r.dir)
	if err != nil {
		return nil, err
	}
	for _, pkg := range m.packages {
		if err := r.check(ctx, pkg); err != nil {
			return killers, err
		}
		failed, err := r.test(ctx, overlay, pkg)
		if err != nil {
			return killers, err
		}
		for _, name := range failed {
			if !slices.Contains(killers, name) {
				killers = append(killers, name)
			}
		}
		if len(killers) >= wanted {
			break
		}
	}
	return killers, nil
}

// check sees, once for each package, that its tests pass as things are: one
// that fails anyway proves nothing.
func (r *runner) check(ctx context.Context, pkg string) error {
	err, done := r.sound[pkg]
	if done {
		return err
	}
	failed, err := r.test(ctx, "", pkg)
	if err == nil && len(failed) > 0 {
		err = fmt.Errorf("without a mutant these fail in %s: %s", pkg, strings.Join(failed, ", "))
	}
	r.sound[pkg] = err
	return err
}

// goTest returns the tests of pkg that fail with the overlay; "" is none. With
// one it ends when enough have failed.
func goTest(ctx context.Context, overlay, pkg string) (failed []string, err error) {
	var stderr bytes.Buffer
	cmd := testCommand(ctx, overlay, pkg)
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	// What speaks to real authorities needs its end, to stop them.
	output, enough := untilEnough(stdout, overlay != "" && !strings.HasPrefix(pkg, "./internal/e2e"))
	if enough {
		end(cmd, stdout)
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !enough {
		return nil, err
	}
	failed, broken := failures(output)
	switch {
	case broken != "":
		return nil, fmt.Errorf("does not build:\n%s%s", broken, stderr.String())
	case err != nil && len(failed) == 0:
		return nil, fmt.Errorf("%s fails, but no test of it does:\n%s%s", pkg, lastLines(output), stderr.String())
	}
	return failed, nil
}

// end interrupts a run, and kills it if that does not help. What it still prints is
// read: it would wait for its reader.
func end(cmd *exec.Cmd, stdout io.Reader) {
	_ = cmd.Cancel()
	kill := time.AfterFunc(cmd.WaitDelay, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer kill.Stop()
	_, _ = io.Copy(io.Discard, stdout) // to its end, which Wait tells
}

// testCommand is the run of pkg's tests. It has a process group of its own, so
// that the programs of its tests end with it.
func testCommand(ctx context.Context, overlay, pkg string) *exec.Cmd {
	args := []string{"test", "-json", "-vet=off", "-timeout=5m"}
	if overlay != "" {
		args = append(args, "-count=1") // the go command keeps no results of what is in no source tree
	}
	cmd := exec.CommandContext(ctx, "go", append(args, strings.Fields(pkg)...)...)
	if overlay != "" {
		// Also for programs that tests build.
		cmd.Env = append(os.Environ(), "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -overlay="+overlay))
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = 30 * time.Second
	return cmd
}

// untilEnough reads what go test -json prints, to the end or, if early, until as
// many tests have failed as a mutant must be noticed by.
func untilEnough(r io.Reader, early bool) (output []byte, enough bool) {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		output = append(output, line...)
		if err != nil {
			return output, false
		}
		var e event
		if !early || !bytes.Contains(line, []byte(`"fail"`)) || json.Unmarshal(line, &e) != nil || e.Test == "" {
			continue
		}
		if failed, _ := failures(output); len(failed) >= wanted {
			return output, true
		}
	}
}

// event is what go test -json prints one of on each line.
type event struct{ Action, Package, Test, Output string }

// failures reads what go test -json printed: the tests that failed without a
// failing subtest, and what the compiler said if it did not come to that.
func failures(output []byte) (failed []string, broken string) {
	each(output, func(e event) {
		switch {
		case e.Action == "fail" && e.Test != "":
			failed = append(failed, e.Test)
		case e.Action == "build-output":
			broken += e.Output
		}
	})
	return leaves(failed), broken
}

func each(output []byte, f func(event)) {
	scanner := bufio.NewScanner(bytes.NewReader(output))
	scanner.Buffer(nil, 1<<24)
	for scanner.Scan() {
		var e event
		if json.Unmarshal(scanner.Bytes(), &e) == nil {
			f(e)
		}
	}
}

// lastLines is the end of what the tests printed.
func lastLines(output []byte) string {
	const most = 20
	var lines []string
	each(output, func(e event) {
		if e.Action == "output" {
			lines = append(lines, e.Output)
		}
	})
	return strings.Join(lines[max(0, len(lines)-most):], "")
}

// leaves drops a test whose failure is only that of a subtest.
func leaves(tests []string) []string {
	slices.Sort(tests)
	tests = slices.Compact(tests)
	return slices.DeleteFunc(slices.Clone(tests), func(t string) bool {
		return slices.ContainsFunc(tests, func(other string) bool { return strings.HasPrefix(other, t+"/") })
	})
}
