package backend_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/backend"
	"github.com/getbindu/bindu-go/task"
)

func init() {
	commands["guard"] = func() { backend.Guard(os.Stdin) }
	commands["agent"] = func() { // runs a command that has a child, guarded, until it is killed
		e, err := backend.NewExec(backend.ExecConfig{
			Command: []string{os.Args[0]}, PassEnv: []string{"BACKEND_TEST_COMMAND", "BACKEND_TEST_STAY"},
			LookupEnv: func(name string) (string, bool) {
				if name == "BACKEND_TEST_COMMAND" {
					return "family", true
				}
				return os.LookupEnv(name)
			},
			Guard: guardArgv, Timeout: time.Minute, OutputLimit: 4 << 20, Input: backend.InputText,
		})
		if err != nil {
			panic(err)
		}
		message := &a2a.Message{Parts: a2a.ContentParts{a2a.NewTextPart("x")}}
		_, err = e.Execute(context.Background(), task.Request{Message: message}, func(*a2a.Artifact, bool) error { return nil })
		panic(err)
	}
}

// guardArgv is this test binary as a guard, whose environment is empty.
var guardArgv = []string{"/usr/bin/env", "BACKEND_TEST_COMMAND=guard", os.Args[0]}

// TestWhatACommandStartedDiesWithUs: whatever ends this process, the command and
// what it started are gone.
func TestWhatACommandStartedDiesWithUs(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{"kill -9": syscall.SIGKILL, "a signal that nobody handles": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "pid")
			parent := exec.Command(os.Args[0])
			parent.Env = append(os.Environ(), "BACKEND_TEST_COMMAND=agent", "BACKEND_TEST_STAY="+file)
			if err := parent.Start(); err != nil {
				t.Fatal(err)
			}
			pid := awaitFile(t, file)
			if err := parent.Process.Signal(signal); err != nil {
				t.Error(err)
			}
			_ = parent.Wait() // by that signal
			wantDead(t, pid)
		})
	}
}

func itoa(cmd *exec.Cmd) string { return strconv.Itoa(cmd.Process.Pid) }

// awaitFile returns what a process writes to a file once it is there.
func awaitFile(t *testing.T, name string) string {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if content, err := os.ReadFile(name); err == nil && len(content) > 0 {
			return string(content)
		}
	}
	t.Fatal("the command did not start")
	return ""
}

// TestGuardKillsOnlyWhatStillRuns: what ended is not ended again, since its
// number may be another's by then; nor is everybody, or nobody's group.
func TestGuardKillsOnlyWhatStillRuns(t *testing.T) {
	t.Parallel()
	start := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "BACKEND_TEST_COMMAND=hang")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
		return cmd
	}
	left, ended := start(), start()
	lines := []string{"", "+", "+0", "+1", "+-1", "+x", "x1",
		"+" + itoa(left), "+" + itoa(ended), "-" + itoa(ended)}
	backend.Guard(strings.NewReader(strings.Join(lines, "\n")))
	wantDead(t, itoa(left))
	if syscall.Kill(ended.Process.Pid, 0) != nil || zombie(ended.Process.Pid) {
		t.Error("a group that was taken off the list was killed")
	}
}

// A guard that was told of the end of all it watched has nobody to kill.
func TestGuardKillsNobodyWhenAllHaveEnded(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "BACKEND_TEST_COMMAND=hang")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	alive, held, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer alive.Close()
	cmd.ExtraFiles = []*os.File{held} // closed when the process ends
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	held.Close()
	backend.Guard(strings.NewReader("+" + itoa(cmd) + "\n-" + itoa(cmd) + "\n"))
	if err := alive.SetReadDeadline(time.Now().Add(300 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := alive.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("it was killed: %v", err)
	}
}

// TestAGuardThatWasKilledIsReplaced: and what cannot be guarded does not run.
func TestAGuardThatWasKilledIsReplaced(t *testing.T) {
	t.Parallel()
	started := filepath.Join(t.TempDir(), "started")
	e := newExec(t, "cat", func(c *backend.ExecConfig) {
		c.Guard = []string{"/bin/sh", "-c", "echo guard >>'" + started + "'; exec cat >'" + started + ".lines'"}
	})
	defer e.Close()
	run := func() {
		t.Helper()
		if _, err := execute(t.Context(), e, request(t, a2a.NewTextPart("x"))); err != nil {
			t.Fatal(err)
		}
	}
	run()
	if first := awaitFile(t, started+".lines"); !strings.HasPrefix(first, "+") {
		t.Errorf("the guard was told %q", first)
	}
	backend.KillGuard(e)
	run()
	run()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if content, _ := os.ReadFile(started); string(content) == "guard\nguard\n" {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("guards started: %q", content)
		}
	}
	broken := newExec(t, "cat", func(c *backend.ExecConfig) { c.Guard = []string{"/no/such/guard"} })
	if got, err := execute(t.Context(), broken, request(t, a2a.NewTextPart("x"))); err == nil {
		t.Errorf("it ran without its guard: %+v", got)
	}
}

// TestCloseEndsWhatRuns: and nothing starts afterwards.
func TestCloseEndsWhatRuns(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "pid")
	e := newExec(t, "family", func(c *backend.ExecConfig) {
		c.Timeout = time.Hour
		lookup := c.LookupEnv
		c.LookupEnv = func(name string) (string, bool) {
			if name == "BACKEND_TEST_STAY" {
				return file, true
			}
			return lookup(name)
		}
	})
	var wg sync.WaitGroup
	wg.Go(func() {
		if got, err := execute(t.Context(), e, request(t, a2a.NewTextPart("x"))); err == nil {
			t.Errorf("answer %+v of a command that was killed", got)
		}
	})
	pid := awaitFile(t, file)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	wantDead(t, pid)
	if got, err := execute(t.Context(), e, request(t, a2a.NewTextPart("x"))); err == nil {
		t.Errorf("answer %+v after Close", got)
	}
}
