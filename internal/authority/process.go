package authority

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ErrNotStarted means that the authority ended before it answered. The text carries what it said.
var ErrNotStarted = errors.New("the authority did not start")

// Component is the part of the authority that a process runs.
type Component string

// Both is the whole authority in one process; the others are for tests that stop one of the two, and run no registrar.
const (
	Both   Component = ""
	Hydra  Component = "hydra"
	StepCA Component = "step-ca"
)

// Config says what to start. Zero durations leave the default of the program.
type Config struct {
	Dir          string // of all state
	Component    Component
	TokenTTL     time.Duration // life of an access token
	CertMin      time.Duration // shortest life of a certificate that may be requested
	CertDefault  time.Duration // life of a certificate whose request names none
	CertMax      time.Duration // longest life of a certificate that may be requested
	WithoutHydra bool          // start step-ca although Hydra does not answer
	CAJSON       string        // file in place of the ca.json of step-ca that is made; "": none
	Webhook      string        // https URL that step-ca asks before it issues; "": none
	Registrar    bool          // run a registrar too, through which agents are registered; with Both, and built with it
	Progress     io.Writer     // gets a line for every step; nil: nothing
}

// withoutRegistrar is the flag of whoever makes do with Hydra's admin API, or has a registrar of its own.
const withoutRegistrar = "--without-registrar"

func (c Config) args() []string {
	var args []string
	if c.Component != Both {
		args = append(args, string(c.Component))
	}
	args = append(args, "--dir", c.Dir, "--stop-on-eof", "--no-build") // there are Programs only once Build has made them
	names := []string{"hydra-public", "hydra-admin", "step-ca"}
	if c.Registrar {
		names = append(names, "registrar", "registrar-admin", "registrar-webhook")
	} else {
		args = append(args, withoutRegistrar)
	}
	for _, name := range names {
		args = append(args, "--"+name, "127.0.0.1:0") // a free port, and the same one after a restart
	}
	for _, d := range []struct {
		name  string
		value time.Duration
	}{{"token-ttl", c.TokenTTL}, {"cert-min", c.CertMin}, {"cert-default", c.CertDefault}, {"cert-max", c.CertMax}} {
		if d.value != 0 {
			args = append(args, "--"+d.name, d.value.String())
		}
	}
	for _, text := range []struct{ name, value string }{{"webhook", c.Webhook}, {"ca-json", c.CAJSON}} {
		if text.value != "" {
			args = append(args, "--"+text.name, text.value)
		}
	}
	if c.WithoutHydra {
		args = append(args, "--without-hydra")
	}
	return args
}

// Process is a running authority. Its methods are safe for concurrent use.
type Process struct {
	cmd   *exec.Cmd
	stdin io.Closer // the authority stops when it closes, as it does when this program dies
	said  *transcript
	done  chan struct{}
	err   error // written before done is closed
}

// Start runs the authority and returns when it answers. ctx bounds the start only; Stop or Kill ends the process.
func (p *Programs) Start(ctx context.Context, cfg Config) (*Process, error) {
	cmd := exec.Command(p.path(), append(cfg.args(), p.locations()...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt at the terminal is for us, who stop it in order
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	proc := &Process{cmd: cmd, stdin: stdin, said: &transcript{to: cfg.Progress}, done: make(chan struct{})}
	cmd.Stderr = proc.said
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotStarted, err)
	}
	ready := make(chan struct{})
	go proc.own(stdout, ready)
	select {
	case <-ready:
		return proc, nil
	case <-proc.done:
		return nil, fmt.Errorf("%w:\n%s", ErrNotStarted, proc.said)
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), proc.Stop())
	}
}

// locations tells the authority where its Hydra is.
func (p *Programs) locations() []string {
	return []string{"--bin", p.bin, "--source", p.source + "/hydra"}
}

// Wipe makes a stopped component forget: Hydra its clients, tokens and signing keys, step-ca its root and database.
func (p *Programs) Wipe(ctx context.Context, dir string, c Component) error {
	args := append([]string{"wipe-" + string(c), "--dir", dir}, p.locations()...)
	if out, err := exec.CommandContext(ctx, p.path(), args...).CombinedOutput(); err != nil {
		return fmt.Errorf("wipe %s: %w\n%s", c, err, bytes.TrimSpace(out))
	}
	return nil
}

// own reads the output to its end and then waits for the process.
func (p *Process) own(stdout io.Reader, ready chan<- struct{}) {
	defer close(p.done)
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if line := lines.Text(); strings.HasPrefix(line, "authority ") && strings.HasSuffix(line, "ready") && ready != nil {
			close(ready)
			ready = nil
		}
	}
	p.err = p.cmd.Wait()
}

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err says why the process ended: nil after Stop. It waits for the end.
func (p *Process) Err() error {
	<-p.done
	if p.err != nil {
		return fmt.Errorf("authority: %w\n%s", p.err, p.said)
	}
	return nil
}

// Stop ends the process politely and waits for it. A second call only waits.
func (p *Process) Stop() error {
	_ = p.stdin.Close() // fails when it is closed already
	return p.Err()
}

// Kill ends the process and the programs it runs at once, as a crash would, and waits for it.
func (p *Process) Kill() {
	_ = p.cmd.Process.Signal(syscall.SIGQUIT) // fails when it has ended already
	<-p.done
}

// transcript keeps the last words of a process and passes all of them on.
type transcript struct {
	to io.Writer

	mu   sync.Mutex
	last []byte
}

// Write implements io.Writer.
func (t *transcript) Write(data []byte) (int, error) {
	const limit = 8 << 10 // bytes: enough for the end of a log
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, data...)
	t.last = t.last[max(0, len(t.last)-limit):]
	if t.to != nil {
		return t.to.Write(data)
	}
	return len(data), nil
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.last)
}
