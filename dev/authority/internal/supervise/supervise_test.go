package supervise

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// role makes the test program play a service.
const role = "SUPERVISE_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "serving":
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGTERM)
		<-signals
		os.Exit(0)
	case "dying":
		os.Stderr.WriteString("the reason of my death\n")
		os.Exit(3)
	}
	goleak.VerifyTestMain(m)
}

// journal is what happened, in order.
type journal struct {
	mu      sync.Mutex
	entries []string
}

func (j *journal) add(s string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, s)
}

func (j *journal) index(s string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Index(j.entries, s)
}

// Write implements io.Writer for the progress lines.
func (j *journal) Write(data []byte) (int, error) {
	j.add(strings.TrimSpace(string(data)))
	return len(data), nil
}

type service struct {
	name, role string
	dir        string
	prepare    error
	ready      func(context.Context) error
	journal    *journal
}

func (s *service) Name() string    { return s.name }
func (s *service) LogFile() string { return filepath.Join(s.dir, s.name+".log") }

func (s *service) Prepare(context.Context) error {
	s.journal.add(s.name + " prepared")
	return s.prepare
}

func (s *service) Command() *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), role+"="+s.role)
	return cmd
}

func (s *service) Ready(ctx context.Context) error {
	if s.ready != nil {
		return s.ready(ctx)
	}
	return nil
}

func config(j *journal, onReady func() error) Config {
	return Config{Progress: j, Tick: time.Millisecond, Patience: time.Minute, Grace: time.Minute, OnReady: onReady}
}

func never(context.Context) error { return errors.New("not yet") }

func TestRunStartsInOrderAndStopsInReverse(t *testing.T) {
	j, dir := &journal{}, t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	err := Run(ctx, config(j, func() error { cancel(); return nil }),
		&service{name: "a", role: "serving", dir: dir, journal: j},
		&service{name: "b", role: "serving", dir: dir, journal: j})
	if err != nil {
		t.Fatal(err)
	}
	order := []string{"a prepared", "b prepared", "b: stopping", "a: stopping"}
	for i := 1; i < len(order); i++ {
		if j.index(order[i-1]) >= j.index(order[i]) || j.index(order[i-1]) < 0 {
			t.Errorf("%q does not come before %q in %q", order[i-1], order[i], j.entries)
		}
	}
}

func TestRunFails(t *testing.T) {
	broken := errors.New("broken")
	for _, test := range []struct {
		name     string
		first    service
		second   service
		patience time.Duration
		want     error
		text     string // part of the message: why
	}{
		{name: "when preparing fails", first: service{role: "serving"}, second: service{prepare: broken}, want: broken},
		{name: "when a service dies while it starts", first: service{role: "dying", ready: never}, want: ErrDied, text: "the reason of my death"},
		{name: "when a service dies while another starts", first: service{role: "dying"}, second: service{role: "serving", ready: never}, want: ErrDied, text: "the reason of my death"},
		{name: "when a service never answers", first: service{role: "serving", ready: never}, patience: time.Millisecond, want: ErrNotReady, text: "not yet"},
		{name: "when a service dies later", first: service{role: "serving"}, second: service{role: "dying"}, want: ErrDied, text: "exit status 3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			j, dir := &journal{}, t.TempDir()
			test.first.name, test.first.dir, test.first.journal = "first", dir, j
			test.second.name, test.second.dir, test.second.journal = "second", dir, j
			cfg := config(j, func() error { return nil })
			if test.patience != 0 {
				cfg.Patience = test.patience
			}
			err := Run(t.Context(), cfg, &test.first, &test.second)
			if !errors.Is(err, test.want) {
				t.Fatalf("error %v, want %v", err, test.want)
			}
			if !strings.Contains(err.Error(), test.text) {
				t.Errorf("the message %q does not say %q", err, test.text)
			}
		})
	}
}

func TestRunInterruptedWhileStartingIsNoFailure(t *testing.T) {
	j := &journal{}
	ctx, cancel := context.WithCancel(t.Context())
	err := Run(ctx, config(j, func() error { t.Error("ready"); return nil }),
		&service{name: "a", role: "serving", dir: t.TempDir(), journal: j, ready: func(context.Context) error {
			cancel()
			return errors.New("not yet")
		}})
	if err != nil {
		t.Errorf("error %v, want none", err)
	}
}

func TestRunReportsAFailedAnnouncement(t *testing.T) {
	j, full := &journal{}, errors.New("disk full")
	err := Run(t.Context(), config(j, func() error { return full }),
		&service{name: "a", role: "serving", dir: t.TempDir(), journal: j})
	if !errors.Is(err, full) {
		t.Errorf("error %v, want %v", err, full)
	}
}

func TestRunTellsThatAStepLasts(t *testing.T) {
	j := &journal{}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cfg := config(j, func() error { cancel(); return nil })
	err := Run(ctx, cfg, &service{name: "slow", role: "serving", dir: t.TempDir(), journal: j, ready: func(context.Context) error {
		if j.index("slow: starting, 0s so far") < 0 {
			return errors.New("the wait was not told yet")
		}
		return nil
	}})
	if err != nil {
		t.Error(err)
	}
}

func TestTailKeepsTheLastLines(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(file, []byte(strings.Repeat("early\n", 100)+strings.Repeat("late\n", 12)), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := tail(file); bytes.Contains(got, []byte("early")) || bytes.Count(got, []byte("late")) != 12 {
		t.Errorf("tail %q, want the 12 last lines", got)
	}
}
