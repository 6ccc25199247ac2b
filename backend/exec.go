package backend

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"time"

	"github.com/getbindu/bindu-go/task"
)

// ExecConfig says which command answers and what it may use.
type ExecConfig struct {
	// Command is the program and its arguments, passed on as they are: no shell
	// reads them. A program without a slash is looked up in PATH once.
	Command []string
	// Input is what it reads from its standard input.
	Input Input
	// Dir is its working directory, ours by default.
	Dir string
	// PassEnv names variables of our environment that it gets beside PATH,
	// HOME, LANG, LC_ALL, TZ and TMPDIR. It gets no others.
	PassEnv []string
	// Timeout ends it.
	Timeout time.Duration
	// OutputLimit is how many bytes it may write to its standard output.
	OutputLimit int64
	// LookupEnv reads our environment; os.LookupEnv by default.
	LookupEnv func(string) (string, bool)
	// Guard is a command that calls [Guard] with its standard input, and kills
	// what the commands leave running when this process ends without having
	// called [Exec.Close], by kill -9 for example. Without one only the commands
	// themselves are killed then, on Linux, not what they started.
	Guard []string
	// Logger gets the end of what the command writes to its standard error: at
	// level WARN when it fails, else at DEBUG.
	Logger *slog.Logger
}

// Exec answers a message with what a command writes to its standard output,
// given the message on its standard input as [ExecConfig] says. In its environment the
// command finds AGENT_CALLER_DID, AGENT_CALLER_NAME (of callers without a DID
// too), AGENT_TASK_ID and AGENT_CONTEXT_ID. The ids are those of [task.Request]:
// no two callers have the same, and they fit the name of a file.
//
// What it writes is emitted as it comes, and is one text afterwards, without a final
// line feed. Output that is not UTF-8 is answered as bytes, from where it is not.
// An exit status other than zero fails the task; the peer is told the status,
// not what was written to standard error. When its time is up the command is
// killed with every process of its group.
type Exec struct {
	cfg   ExecConfig
	path  string
	env   []string
	guard guard
}

var _ task.Executor = (*Exec)(nil)

// pipeGrace is how long the output of a command is read after it has ended:
// what it left running in the background may hold the pipes open.
const pipeGrace = time.Second

// NewExec checks the configuration and looks the program up.
func NewExec(cfg ExecConfig) (*Exec, error) {
	if len(cfg.Command) == 0 || cfg.Command[0] == "" {
		return nil, errors.New("backend: a command is required")
	}
	switch {
	case cfg.Timeout <= 0 || cfg.OutputLimit <= 0:
		return nil, errors.New("backend: a command needs a timeout and a limit of its output")
	case cfg.Input != InputText && cfg.Input != InputJSON:
		return nil, fmt.Errorf("backend: unknown input %q", cfg.Input)
	}
	path, err := exec.LookPath(cfg.Command[0])
	if err != nil {
		return nil, fmt.Errorf("backend: %w", err)
	}
	if cfg.LookupEnv == nil {
		cfg.LookupEnv = os.LookupEnv
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	e := &Exec{cfg: cfg, path: path, guard: guard{command: cfg.Guard}}
	for _, name := range slices.Concat([]string{"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"}, cfg.PassEnv) {
		if value, ok := cfg.LookupEnv(name); ok {
			e.env = append(e.env, name+"="+value)
		}
	}
	return e, nil
}

// Close kills what is still running. Executions after it fail.
func (e *Exec) Close() error {
	e.guard.close()
	return nil
}

var (
	errTextOnly = &task.Failure{Reason: "content_unsupported", Text: "this agent reads text only", Rejected: true}
	errTooLong  = &task.Failure{Reason: "deadline_exceeded", Text: "the command took longer than the agent allows"}
	errTooLarge = &task.Failure{Reason: "artifact_too_large", Text: "the command wrote more than the agent allows"}
)

// Execute implements [task.Executor].
func (e *Exec) Execute(ctx context.Context, req task.Request, emit task.Emit) (task.Result, error) {
	input, err := e.input(req)
	if err != nil {
		return task.Result{}, err
	}
	return task.Result{}, e.run(ctx, req, input, emit)
}

func (e *Exec) run(ctx context.Context, req task.Request, input []byte, emit task.Emit) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ctx, stop := context.WithTimeoutCause(ctx, e.cfg.Timeout, errTooLong)
	defer stop()

	stdout := &output{limit: e.cfg.OutputLimit, full: func() { cancel(errTooLarge) }, fresh: make(chan struct{}, 1)}
	told := follow(stdout, req, emit, cancel)
	stderr := new(tail)
	cmd := e.command(ctx, req)
	cmd.Stdin = bytes.NewReader(input)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err := e.start(cmd)
	told.end()
	// With ErrWaitDelay it ended well, but something it left running held its output open.
	log := e.cfg.Logger.With("task", string(req.Message.TaskID), "caller", req.Caller.Name())
	if (err == nil || errors.Is(err, exec.ErrWaitDelay)) && !stdout.exceeded() {
		log.Debug("command ended", "stderr", stderr.String())
		return told.rest()
	}
	log.Warn("command failed", "error", err, "stderr", stderr.String())
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return publicError(err)
}

// start runs the command until its whole group is gone.
func (e *Exec) start(cmd *exec.Cmd) error {
	// The kernel's promise to kill it with us is one of the thread that starts it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return err
	}
	group := cmd.Process.Pid
	guarded := e.guard.add(group)
	if guarded != nil {
		_ = killGroup(group)
	}
	err := cmd.Wait()
	_ = killGroup(group) // what it left running in the background
	e.guard.remove(group)
	return cmp.Or(guarded, err)
}

func (e *Exec) command(ctx context.Context, req task.Request) *exec.Cmd {
	cmd := exec.CommandContext(ctx, e.path, e.cfg.Command[1:]...)
	cmd.Args[0] = e.cfg.Command[0]
	cmd.Dir = e.cfg.Dir
	cmd.Env = append(slices.Clip(e.env),
		"AGENT_CALLER_DID="+req.Caller.DID.String(),
		"AGENT_CALLER_NAME="+req.Caller.Name(),
		"AGENT_TASK_ID="+req.TaskID,
		"AGENT_CONTEXT_ID="+req.ContextID)
	cmd.SysProcAttr = procAttr()
	cmd.Cancel = func() error { return killGroup(cmd.Process.Pid) }
	cmd.WaitDelay = pipeGrace
	return cmd
}

// publicError says how a command ended without what it wrote.
func publicError(err error) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err // not started, or its output could not be read: ours to log
	}
	text := "the command was killed"
	if exit.Exited() {
		text = fmt.Sprintf("the command ended with status %d", exit.ExitCode())
	}
	return &task.Failure{Reason: "command_failed", Text: text}
}
