package audit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/getbindu/bindu-go/audit"
)

var errDisk = errors.New("no space left")

// shelf keeps events, or does with them what a test wants.
type shelf struct {
	mu  sync.Mutex
	do  func() error
	got []audit.Event
}

func (s *shelf) Record(_ context.Context, e audit.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.do != nil {
		if err := s.do(); err != nil {
			return err
		}
	}
	s.got = append(s.got, e)
	return nil
}

func failuresOf(t *testing.T, reg *prometheus.Registry, want string) {
	t.Helper()
	const head = "# HELP agent_audit_sink_failures_total Records of decisions that a sink lost, by sink.\n# TYPE agent_audit_sink_failures_total counter\n"
	if err := testutil.GatherAndCompare(reg, strings.NewReader(head+want), "agent_audit_sink_failures_total"); err != nil {
		t.Error(err)
	}
}

func TestEverySinkGetsEachEventOnce(t *testing.T) {
	reg := prometheus.NewRegistry()
	var order []string
	a, b := &shelf{}, &shelf{}
	a.do = func() error { order = append(order, "a"); return nil }
	b.do = func() error { order = append(order, "b"); return nil }
	r := recorderOf(t, reg, nil, audit.Named{Name: "a", Sink: a}, audit.Named{Name: "b", Sink: b})
	events := []audit.Event{
		refusal("token_expired", ""),
		{Decision: audit.Admitted, DID: "did:x:y", Status: 200, Outcome: "task_not_found", Duration: time.Second},
	}
	for _, e := range events {
		r.Record(t.Context(), e)
	}
	if !slices.Equal(a.got, events) || !slices.Equal(b.got, events) || !slices.Equal(order, []string{"a", "b", "a", "b"}) {
		t.Errorf("a has %+v, b %+v, in the order %v", a.got, b.got, order)
	}
	failuresOf(t, reg, "agent_audit_sink_failures_total{sink=\"a\"} 0\nagent_audit_sink_failures_total{sink=\"b\"} 0\n")
}

// A sink that fails, or panics, loses its own events and nobody else's, and each
// is counted.
func TestASinkThatFailsKeepsNothingFromOthers(t *testing.T) {
	for name, do := range map[string]func() error{
		"an error": func() error { return errDisk }, "a panic": func() error { panic("x") }, "a panic with an error": func() error { panic(errDisk) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if v := recover(); v != nil {
					t.Error("the recorder panics:", v)
				}
			}()
			reg := prometheus.NewRegistry()
			bad, good := &shelf{do: do}, &shelf{}
			r := recorderOf(t, reg, nil, audit.Named{Name: "bad", Sink: bad}, audit.Named{Name: "good", Sink: good})
			for range 3 {
				r.Record(t.Context(), refusal("token_expired", ""))
			}
			if len(good.got) != 3 || len(bad.got) != 0 {
				t.Errorf("%d and %d events are kept", len(good.got), len(bad.got))
			}
			failuresOf(t, reg, "agent_audit_sink_failures_total{sink=\"bad\"} 3\nagent_audit_sink_failures_total{sink=\"good\"} 0\n")
		})
	}
}

// Whoever wants to know is told when a sink begins to fail and when it works again,
// once each, and the log once a minute, with how much is lost.
func TestAFailingSinkIsToldOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		var told []string
		sink := &shelf{do: func() error { return errDisk }}
		r := recorderOf(t, prometheus.NewRegistry(), func(c *audit.Config) {
			c.Log = slog.New(slog.NewTextHandler(&out, nil))
			c.Failing = func(sink string, err error) { told = append(told, fmt.Sprint(sink, " ", err)) }
		}, audit.Named{Name: "file", Sink: sink})
		for range 90 { // a minute and a half
			r.Record(t.Context(), refusal("x", ""))
			time.Sleep(time.Second)
		}
		sink.do = nil
		r.Record(t.Context(), refusal("x", ""))
		r.Record(t.Context(), refusal("x", ""))
		if want := []string{"file " + errDisk.Error(), "file <nil>"}; !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		for i, want := range []string{
			`level=WARN msg="audit sink fails" sink=file error="no space left" lost=1`,
			`level=WARN msg="audit sink fails" sink=file error="no space left" lost=60`,
			`level=INFO msg="audit sink works again" sink=file lost=29`,
		} {
			if len(lines) != 3 || !strings.Contains(lines[i], want) {
				t.Fatalf("logged %q, line %d should be %q", lines, i, want)
			}
		}
	})
}

// Where the log is the disk that is full, the line that would tell of the first loss
// is lost too: the line that tells of the end counts from the last one that was kept,
// so that all of them together say as much as the counter.
func TestEveryLostRecordIsToldOfOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg, out := prometheus.NewRegistry(), &disk{full: true}
		log := slog.New(slog.NewTextHandler(out, nil))
		r := recorderOf(t, reg, func(c *audit.Config) { c.Log = log }, audit.Named{Name: "log", Sink: audit.NewLog(log, slog.LevelInfo)})
		record := func(n int, full bool) {
			out.full = full
			for range n {
				r.Record(t.Context(), refusal("x", ""))
			}
			time.Sleep(time.Second)
		}
		record(17, true)
		record(1, false)
		record(2, true) // within the minute of the line that was lost
		record(1, false)
		time.Sleep(time.Minute)
		record(3, true)
		record(1, false)
		var told []string
		for line := range strings.Lines(out.String()) {
			if _, state, ok := strings.Cut(line, `msg="audit sink `); ok {
				told = append(told, strings.TrimSpace(state))
			}
		}
		if want := []string{`works again" sink=log lost=17`, `works again" sink=log lost=5`}; !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
		failuresOf(t, reg, "agent_audit_sink_failures_total{sink=\"log\"} 22\n")
	})
}

// disk takes what is written to it unless it is full.
type disk struct {
	bytes.Buffer
	full bool
}

func (d *disk) Write(p []byte) (int, error) {
	if d.full {
		return 0, errDisk
	}
	return d.Buffer.Write(p)
}

// A sink that fails every other time writes no more than two lines a minute.
func TestASinkThatComesAndGoesFillsNoLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		n, told := 0, 0
		sink := &shelf{do: func() error {
			if n++; n%2 == 1 {
				return errDisk
			}
			return nil
		}}
		r := recorderOf(t, prometheus.NewRegistry(), func(c *audit.Config) {
			c.Log = slog.New(slog.NewTextHandler(&out, nil))
			c.Failing = func(string, error) { told++ }
		}, audit.Named{Name: "file", Sink: sink})
		for range 1000 {
			r.Record(t.Context(), refusal("x", ""))
			time.Sleep(50 * time.Millisecond)
		}
		if lines := strings.Count(out.String(), "\n"); lines != 2 || told != 1000 {
			t.Errorf("%d lines and %d changes:\n%s", lines, told, out.String())
		}
	})
}

// What a sink does not keep says nothing about how it is.
func TestWhatIsNotKeptIsNoSuccess(t *testing.T) {
	reg := prometheus.NewRegistry()
	told := 0
	answers := []error{errDisk, audit.ErrNotKept, fmt.Errorf("debug: %w", audit.ErrNotKept), nil}
	sink := &shelf{do: func() (err error) { err, answers = answers[0], answers[1:]; return err }}
	r := recorderOf(t, reg, func(c *audit.Config) { c.Failing = func(string, error) { told++ } }, audit.Named{Name: "file", Sink: sink})
	for i, want := range []int{1, 1, 1, 2} {
		if r.Record(t.Context(), refusal("x", "")); told != want {
			t.Errorf("after %d events told %d times, want %d", i+1, told, want)
		}
	}
	failuresOf(t, reg, "agent_audit_sink_failures_total{sink=\"file\"} 1\n")
}

// The log fails as its handler does: with the disk that its lines go to. What it
// does not write, because it is too much or nobody asked, heals nothing.
func TestTheLogFailsWithItsDisk(t *testing.T) {
	reg := prometheus.NewRegistry()
	var told []error
	r := recorderOf(t, reg, func(c *audit.Config) { c.Failing = func(_ string, err error) { told = append(told, err) } },
		audit.Named{Name: "log", Sink: audit.NewLog(slog.New(slog.NewTextHandler(full{}, nil)), slog.LevelDebug)})
	for range 100 {
		r.Record(t.Context(), refusal("x", ""))
		r.Record(t.Context(), audit.Event{Decision: audit.Admitted})
	}
	r.Flush()
	if len(told) != 1 || !errors.Is(told[0], errDisk) {
		t.Errorf("told %v", told)
	}
	failuresOf(t, reg, fmt.Sprintf("agent_audit_sink_failures_total{sink=\"log\"} %d\n", audit.LinesPerSecond))
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errDisk }

func TestSinksHaveNamesOfTheirOwn(t *testing.T) {
	for name, sinks := range map[string][]audit.Named{
		"no name": {{Sink: &shelf{}}}, "no sink": {{Name: "a"}}, "one name twice": {{Name: "a", Sink: &shelf{}}, {Name: "a", Sink: &shelf{}}},
	} {
		if _, err := audit.NewRecorder(audit.Config{Sinks: sinks, Metrics: prometheus.NewRegistry()}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := audit.NewRecorder(audit.Config{}); err == nil {
		t.Error("without metrics: accepted")
	}
}

// However many record at once, each event is kept or counted, and what is told
// last is how the sink is.
func TestManyRecordAtOnce(t *testing.T) {
	reg := prometheus.NewRegistry()
	n := 0
	sink := &shelf{do: func() error { // under its lock
		if n++; n%3 == 0 {
			return errDisk
		}
		return nil
	}}
	var mu sync.Mutex
	failing := false
	r := recorderOf(t, reg, func(c *audit.Config) {
		c.Failing = func(_ string, err error) {
			mu.Lock()
			defer mu.Unlock()
			if failing == (err != nil) {
				t.Errorf("told again: %v", err)
			}
			failing = err != nil
		}
	}, audit.Named{Name: "file", Sink: sink})
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			for range 300 {
				r.Record(context.Background(), refusal("x", ""))
			}
		})
	}
	wg.Wait()
	failuresOf(t, reg, "agent_audit_sink_failures_total{sink=\"file\"} 1000\n")
	r.Record(t.Context(), refusal("x", ""))
	if len(sink.got) != 2001 || failing {
		t.Errorf("%d events are kept, the sink is failing: %v", len(sink.got), failing)
	}
}
