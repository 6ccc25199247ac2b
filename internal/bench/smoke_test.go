package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/authority"
)

// TestEverythingIsMeasured runs a whole measurement with the real programs, as
// briefly as it can.
func TestEverythingIsMeasured(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	needAuthorities(ctx, t)
	o, err := parse([]string{
		"-agent", builtAgent(ctx, t),
		"-rounds", "1", "-each", "50ms", "-connections", "2", "-bodies", "1024", "-starts", "1", "-idle", "20", "-streams", "150", "-firsts", "3", "-settle", "10ms",
		"-dids", "10", "-tasks", "10", "-out", t.TempDir(),
	}, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	o.progress = t.Output()
	found, err := o.conduct(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := found.text(t.Output()); err != nil {
		t.Error(err)
	}
	checkLines(t, found.Cells, 2+len(requestRows()))
	checkLines(t, found.Paced, 3+len(requestRows())) // what stores has a pace and a bare server of its own
	checkLines(t, found.Handshakes, 4)
	checkLines(t, found.Growth.Lines, 9)
	for _, l := range found.Cells {
		if compared := l.Times.Median > 0; compared != (l.Row != bare.Key) {
			t.Errorf("%s: %.2f times the bare server", l.work(), l.Times.Median)
		}
	}
	checkSizes(t, found)
	for _, name := range []string{"agent", bareServer, emptyAgent} {
		if text, err := os.ReadFile(filepath.Join(o.out, name+".txt")); err != nil || len(text) == 0 {
			t.Errorf("benchstat's file of %s: %v", name, err)
		}
	}
}

func needAuthorities(ctx context.Context, t *testing.T) {
	t.Helper()
	if _, err := authority.Build(ctx, authority.BuildConfig{Progress: os.Stderr}); err != nil {
		missing := errors.Is(err, authority.ErrNoGo) || errors.Is(err, authority.ErrNoCompiler)
		if missing && os.Getenv("CI") != "true" {
			t.Skip("the real Hydra and step-ca cannot be built here: ", err)
		}
		t.Fatal(err)
	}
}

// builtAgent is built as the other tests of the program build it, so that it is
// compiled once.
func builtAgent(ctx context.Context, t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "agent")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", program, "github.com/getbindu/bindu-go/cmd/agent").CombinedOutput(); err != nil {
		t.Fatalf("build the agent: %v\n%s", err, out)
	}
	return program
}

// checkSizes looks at what is not measured by requests.
func checkSizes(t *testing.T, found *report) {
	t.Helper()
	if len(found.Growth.Boots) != 3 {
		t.Errorf("boots %+v, want those of three agents", found.Growth.Boots)
	}
	if s := found.Streams; s.Streams != 150 || s.With.PSS <= 0 || s.CPU < 0 || s.Seconds <= 0 {
		t.Errorf("streams %+v", s)
	}
	if f := found.Firsts; f.Count != 3 || f.P50 <= 0 || f.P99 < f.P50 || f.Greatest < f.P99 {
		t.Errorf("first outputs %+v", f)
	}
	if found.Memory.Without.PSS <= 0 || found.Memory.With.PSS <= 0 {
		t.Errorf("memory %+v", found.Memory)
	}
	for _, b := range found.Boot {
		if b.Beyond.Median <= 0 || b.Waited.Median <= 0 {
			t.Errorf("boot %+v", b)
		}
	}
}

func checkLines(t *testing.T, lines []line, want int) {
	t.Helper()
	if len(lines) != want {
		t.Errorf("%d lines, want %d: %+v", len(lines), want, lines)
	}
	for _, l := range lines {
		if l.Requests == 0 || l.CPU.Median <= 0 || l.PerSecond.Median <= 0 || l.P50.Median <= 0 || l.P99.Median < l.P50.Median {
			t.Errorf("%s: %+v", l.work(), l)
		}
	}
}
