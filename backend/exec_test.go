package backend_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/backend"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/task"
)

// commands are what this test binary does when it is run as a command.
var commands = map[string]func(){
	"cat":  func() { copyIn(os.Stdout) },
	"env":  func() { os.Stdout.WriteString(strings.Join(os.Environ(), "\n") + "\n") },
	"args": func() { os.Stdout.WriteString(strings.Join(os.Args, "|")) },
	"fail": func() {
		os.Stdout.WriteString("half an answer")
		os.Stderr.WriteString("secret of the command")
		os.Exit(3)
	},
	"slowly": func() { // waits for a file between two lines
		os.Stdout.WriteString("one\n")
		for file := os.Getenv("BACKEND_TEST_STAY"); ; time.Sleep(time.Millisecond) {
			if _, err := os.Stat(file); err == nil {
				break
			}
		}
		os.Stdout.WriteString("two\n\n")
	},
	"turns": func() { // into what is no text
		os.Stdout.WriteString("text")
		for file := os.Getenv("BACKEND_TEST_STAY"); ; time.Sleep(time.Millisecond) {
			if _, err := os.Stat(file); err == nil {
				break
			}
		}
		os.Stdout.Write([]byte{0xff, 0xfe})
	},
	"bytes":   func() { os.Stdout.Write([]byte{0xff, 0xfe}) },
	"nothing": func() {},
	"flood": func() {
		for _, err := os.Stdout.Write(make([]byte, 1<<16)); err == nil; _, err = os.Stdout.Write(make([]byte, 1<<16)) {
		}
	},
	"noise":   func() { os.Stderr.Write(bytes.Repeat([]byte("e"), 1<<20)); os.Stdout.WriteString("ok") },
	"hang":    func() { time.Sleep(time.Hour) },
	"suicide": func() { syscall.Kill(os.Getpid(), syscall.SIGKILL); time.Sleep(time.Hour) },
	"family": func() { // leaves a child that holds the pipes
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), "BACKEND_TEST_COMMAND=hang")
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		if err := child.Start(); err != nil {
			os.Exit(1)
		}
		pid := strconv.Itoa(child.Process.Pid)
		os.Stdout.WriteString(pid)
		if file := os.Getenv("BACKEND_TEST_STAY"); file != "" {
			os.WriteFile(file, []byte(pid), 0o600)
			time.Sleep(time.Hour)
		}
	},
}

func copyIn(out *os.File) {
	var buf bytes.Buffer
	if _, err := buf.ReadFrom(os.Stdin); err != nil {
		os.Exit(1)
	}
	out.Write(buf.Bytes())
}

func TestMain(m *testing.M) {
	if name := os.Getenv("BACKEND_TEST_COMMAND"); name != "" {
		commands[name]()
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// newExec returns this test binary as a backend that does what name says.
func newExec(t *testing.T, name string, change func(*backend.ExecConfig)) *backend.Exec {
	t.Helper()
	cfg := backend.ExecConfig{
		Command: []string{os.Args[0], "$(id)", "; rm *"},
		PassEnv: []string{"BACKEND_TEST_COMMAND", "BACKEND_TEST_STAY"},
		Timeout: 30 * time.Second, OutputLimit: 4 << 20, Input: backend.InputText,
		LookupEnv: func(key string) (string, bool) {
			value, ok := map[string]string{
				"BACKEND_TEST_COMMAND": name, "PATH": "/bin", "HOME": "/home/agent", "HYDRA_SECRET": "secret",
			}[key]
			return value, ok
		},
	}
	if change != nil {
		change(&cfg)
	}
	e, err := backend.NewExec(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func request(t *testing.T, parts ...*a2a.Part) task.Request {
	t.Helper()
	who, err := did.Parse("did:bindu:test:caller:1")
	if err != nil {
		t.Fatal(err)
	}
	return task.Request{
		TaskID: "task-1", ContextID: "context-1", Caller: identity.Caller{DID: who},
		Message: &a2a.Message{ID: "m", Role: a2a.MessageRoleUser, Parts: parts},
	}
}

// execute returns the artifact that a message is answered with, its texts as one.
func execute(ctx context.Context, e task.Executor, req task.Request) (*a2a.Artifact, error) {
	var got *a2a.Artifact
	_, err := e.Execute(ctx, req, func(a *a2a.Artifact, _ bool) error {
		if got == nil {
			got = a
			return nil
		}
		last, more := got.Parts[len(got.Parts)-1], a.Parts[0]
		if text, ok := more.Content.(a2a.Text); ok && a.ID == got.ID {
			last.Content = a2a.Text(last.Text()) + text
			return nil
		}
		got.Parts = append(got.Parts, more)
		return nil
	})
	return got, err
}

func TestExecAnswers(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		input []*a2a.Part
		want  string
	}{
		"cat":     {[]*a2a.Part{a2a.NewTextPart("two"), a2a.NewTextPart("parts é \x00")}, "two\nparts é \x00"},
		"nothing": {[]*a2a.Part{a2a.NewTextPart(strings.Repeat("never read ", 1<<16))}, ""},
		"args":    {[]*a2a.Part{a2a.NewTextPart("x")}, os.Args[0] + "|$(id)|; rm *"},
		"noise":   {[]*a2a.Part{a2a.NewTextPart("x")}, "ok"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := execute(t.Context(), newExec(t, name, nil), request(t, tt.input...))
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Parts) != 1 || got.Parts[0].Content != a2a.Text(tt.want) {
				t.Errorf("answer %+v", got.Parts[0])
			}
		})
	}
	t.Run("bytes", func(t *testing.T) {
		t.Parallel()
		got, err := execute(t.Context(), newExec(t, "bytes", nil), request(t, a2a.NewTextPart("x")))
		if err != nil || string(got.Parts[0].Raw()) != "\xff\xfe" {
			t.Errorf("answer %+v, %v", got, err)
		}
	})
}

func TestExecEnvironmentIsAnAllowList(t *testing.T) {
	t.Parallel()
	got, err := execute(t.Context(), newExec(t, "env", nil), request(t, a2a.NewTextPart("x")))
	if err != nil {
		t.Fatal(err)
	}
	want := "PATH=/bin\nHOME=/home/agent\nBACKEND_TEST_COMMAND=env\n" +
		"AGENT_CALLER_DID=did:bindu:test:caller:1\nAGENT_CALLER_NAME=did:bindu:test:caller:1\nAGENT_TASK_ID=task-1\nAGENT_CONTEXT_ID=context-1"
	if env := got.Parts[0].Text(); env != want {
		t.Errorf("environment\n%s\nwant\n%s", env, want)
	}
}

func TestExecFailures(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		command string
		change  func(*backend.ExecConfig)
		part    *a2a.Part
		reason  string
	}{
		"exit status": {command: "fail", reason: "command_failed"},
		"signal":      {command: "suicide", reason: "command_failed"},
		"timeout":     {command: "hang", change: func(c *backend.ExecConfig) { c.Timeout = 200 * time.Millisecond }, reason: "deadline_exceeded"},
		"output":      {command: "flood", change: func(c *backend.ExecConfig) { c.OutputLimit = 1 << 20 }, reason: "artifact_too_large"},
		"data":        {command: "cat", part: a2a.NewDataPart(map[string]any{"x": 1}), reason: "content_unsupported"},
		"a file":      {command: "cat", part: a2a.NewRawPart([]byte("x")), reason: "content_unsupported"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			part := tt.part
			if part == nil {
				part = a2a.NewTextPart("x")
			}
			var log bytes.Buffer
			got, err := execute(t.Context(), newExec(t, tt.command, func(c *backend.ExecConfig) {
				c.Logger = slog.New(slog.NewTextHandler(&log, nil))
				if tt.change != nil {
					tt.change(c)
				}
			}), request(t, part))
			var failure *task.Failure
			if !errors.As(err, &failure) || failure.Reason != tt.reason {
				t.Fatalf("answer %+v, error %v; want reason %s", got, err, tt.reason)
			}
			if strings.Contains(failure.Text, "secret") {
				t.Errorf("the peer is told %q", failure.Text)
			}
			if got != nil { // what it wrote before it failed may have been told
				if said := got.Parts[0].Text(); strings.Trim(said, "\x00") != "" && said != "half an answer" {
					t.Errorf("the peer is told %q", said)
				}
			}
			if tt.command == "fail" && (!strings.Contains(log.String(), "secret of the command") || failure.Text != "the command ended with status 3") {
				t.Errorf("log %s, text %q", log.String(), failure.Text)
			}
		})
	}
}

func TestExecStopsWithItsContext(t *testing.T) {
	t.Parallel()
	canceled := errors.New("canceled")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(100*time.Millisecond, func() { cancel(canceled) })
	if _, err := execute(ctx, newExec(t, "hang", nil), request(t, a2a.NewTextPart("x"))); !errors.Is(err, canceled) {
		t.Errorf("error %v", err)
	}
}

func TestExecKillsTheWholeGroup(t *testing.T) {
	t.Parallel()
	t.Run("at the deadline", func(t *testing.T) {
		t.Parallel()
		pidFile := filepath.Join(t.TempDir(), "pid")
		e := newExec(t, "family", func(c *backend.ExecConfig) {
			c.Timeout = 3 * time.Second
			lookup := c.LookupEnv
			c.LookupEnv = func(key string) (string, bool) {
				if key == "BACKEND_TEST_STAY" {
					return pidFile, true
				}
				return lookup(key)
			}
		})
		if got, err := execute(t.Context(), e, request(t, a2a.NewTextPart("x"))); err == nil {
			t.Errorf("answer %+v", got)
		}
		pid, err := os.ReadFile(pidFile)
		if err != nil {
			t.Fatal(err)
		}
		wantDead(t, string(pid))
	})
	t.Run("after an answer", func(t *testing.T) {
		t.Parallel()
		got, err := execute(t.Context(), newExec(t, "family", nil), request(t, a2a.NewTextPart("x")))
		if err != nil {
			t.Fatal(err)
		}
		wantDead(t, got.Parts[0].Text())
	})
}

func wantDead(t *testing.T, text string) {
	t.Helper()
	pid, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	for range 100 { // a kill takes effect soon, not at once
		if syscall.Kill(pid, 0) != nil || zombie(pid) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %d is still there", pid)
}

// zombie reports whether a killed process only waits for its parent.
func zombie(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || strings.Contains(string(stat), ") Z ")
}

func TestNewExecChecksTheCommand(t *testing.T) {
	t.Parallel()
	for _, command := range [][]string{nil, {""}, {"no-such-command-anywhere"}} {
		if _, err := backend.NewExec(backend.ExecConfig{Command: command, Timeout: time.Minute, OutputLimit: 1, Input: backend.InputText}); err == nil {
			t.Errorf("command %q was accepted", command)
		}
	}
}

// TestNewExecNeedsItsLimits: what nobody said is no other limit.
func TestNewExecNeedsItsLimits(t *testing.T) {
	t.Parallel()
	whole := backend.ExecConfig{Command: []string{os.Args[0]}, Timeout: time.Minute, OutputLimit: 1, Input: backend.InputText}
	if _, err := backend.NewExec(whole); err != nil {
		t.Fatal(err)
	}
	for what, lack := range map[string]func(*backend.ExecConfig){
		"timeout": func(c *backend.ExecConfig) { c.Timeout = 0 }, "limit of output": func(c *backend.ExecConfig) { c.OutputLimit = 0 },
		"input": func(c *backend.ExecConfig) { c.Input = "" },
	} {
		cfg := whole
		lack(&cfg)
		if _, err := backend.NewExec(cfg); err == nil {
			t.Errorf("a command without a %s was accepted", what)
		}
	}
}

func TestEcho(t *testing.T) {
	t.Parallel()
	r := request(t, a2a.NewTextPart("x"), a2a.NewDataPart("d"))
	r.Message.Metadata, r.Message.Parts[1].Metadata = map[string]any{"m": 1}, map[string]any{"p": 2}
	got, err := execute(t.Context(), backend.Echo{}, r)
	if err != nil || len(got.Parts) != 2 || got.Parts[0].Text() != "x" || got.Parts[1].Data() != "d" || got.Metadata["m"] != 1 || got.Parts[1].Metadata["p"] != 2 {
		t.Errorf("answer %+v, %v", got, err)
	}
}
