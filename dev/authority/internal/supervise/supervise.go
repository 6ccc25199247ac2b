package supervise

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/getbindu/bindu-go/dev/authority/internal/child"
)

// ErrDied means that a service ended without having been asked to.
var ErrDied = errors.New("ended by itself")

// ErrNotReady means that a service runs but did not answer in time.
var ErrNotReady = errors.New("not ready")

// Service is one program to run.
type Service interface {
	// Name is the word that messages use for it.
	Name() string
	// Prepare brings about what the process needs before it starts. Its errors name the remedy.
	Prepare(context.Context) error
	// Command is the process, not yet started.
	Command() *exec.Cmd
	// Ready returns nil once the process answers as its users need it to, and until then why it does not.
	Ready(context.Context) error
	// LogFile is where the output of the process goes.
	LogFile() string
}

// Config tells Run how.
type Config struct {
	Progress io.Writer       // gets a line for every step, and one every Tick while it lasts
	Tick     time.Duration   // between two lines of a wait
	Patience time.Duration   // for one service to prepare, and again for it to answer
	Grace    time.Duration   // for one service to stop
	Hurry    <-chan struct{} // closed: do not wait for anything to stop politely
	OnReady  func() error    // called once when all services answer
}

// Run runs the services until ctx is done, which is no error, or until one of them fails, which is. All have ended
// when it returns.
func Run(ctx context.Context, cfg Config, services ...Service) (err error) {
	group := &group{cfg: cfg, died: make(chan string, len(services))}
	defer func() { err = errors.Join(err, group.stop()) }()
	for _, s := range services {
		if err := group.start(ctx, s); err != nil {
			if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
				return nil // interrupted while starting
			}
			return fmt.Errorf("%s: %w", s.Name(), err)
		}
	}
	if err := cfg.OnReady(); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return nil
	case name := <-group.died:
		return group.obituary(name)
	}
}

// group is what runs at the moment, in the order of starting.
type group struct {
	cfg     Config
	running []*member
	died    chan string
}

type member struct {
	Service
	*child.Process
	log     *os.File
	watched chan struct{} // closed when the goroutine that reports the end has returned
}

func (g *group) start(ctx context.Context, s Service) error {
	began := time.Now()
	if err := g.patiently(ctx, s.Name()+": preparing", s.Prepare); err != nil {
		return err
	}
	log, err := os.OpenFile(s.LogFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	cmd := s.Command()
	cmd.Stdout, cmd.Stderr = log, log
	process, err := child.Start(cmd)
	if err != nil {
		return errors.Join(err, log.Close())
	}
	m := &member{Service: s, Process: process, log: log, watched: make(chan struct{})}
	g.running = append(g.running, m)
	go func() {
		defer close(m.watched)
		<-m.Done()
		g.died <- m.Name()
	}()
	if err := g.patiently(ctx, s.Name()+": starting", m.poll); err != nil {
		return err
	}
	g.say("%s: ready after %s", s.Name(), time.Since(began).Round(10*time.Millisecond))
	return nil
}

// stop ends the services in the reverse order and joins their goroutines.
func (g *group) stop() error {
	var errs []error
	for i := len(g.running) - 1; i >= 0; i-- {
		m := g.running[i]
		g.say("%s: stopping", m.Name())
		errs = append(errs, m.Stop(g.cfg.Grace, g.cfg.Hurry))
		<-m.watched
		errs = append(errs, m.log.Close())
	}
	return errors.Join(errs...)
}

// obituary explains the end of the named service by the last lines it wrote.
func (g *group) obituary(name string) error {
	for _, m := range g.running {
		if m.Name() == name {
			return fmt.Errorf("%s %w (%s); the end of %s:\n%s", name, ErrDied, status(m.Err()), m.LogFile(), tail(m.LogFile()))
		}
	}
	return fmt.Errorf("%s %w", name, ErrDied)
}

func (g *group) say(format string, args ...any) {
	fmt.Fprintf(g.cfg.Progress, format+"\n", args...)
}

func status(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}

// tail returns the last lines of a log, indented.
func tail(file string) []byte {
	const lines = 12
	data, err := os.ReadFile(file)
	if err != nil {
		return []byte("  " + err.Error())
	}
	all := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
	if len(all) > lines {
		all = all[len(all)-lines:]
	}
	return append([]byte("  "), bytes.Join(all, []byte("\n  "))...)
}
