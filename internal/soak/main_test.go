package soak

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

// build makes the program under test, without the race detector: its memory is measured.
func build(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	path := filepath.Join(t.TempDir(), "agent")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", path, "github.com/getbindu/bindu-go/cmd/agent")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the agent: %v\n%s", err, out)
	}
	return path
}

// plan is the schedule of a run.
type plan struct {
	total, warmUp      time.Duration
	restarts           time.Duration // between two restarts of Hydra; step-ca's are half way between
	certTTL, tokenTTL  time.Duration
	sampling, progress time.Duration
	rps                int
}

// newPlan shortens a day of 500 requests a second, certificates of five minutes
// and hourly restarts to what SOAK_TIME and SOAK_RPS say.
func newPlan(t *testing.T) plan {
	t.Helper()
	p := plan{total: time.Minute, rps: 100}
	if text := os.Getenv("SOAK_TIME"); text != "" {
		var err error
		if p.total, err = time.ParseDuration(text); err != nil || p.total < 30*time.Second {
			t.Fatalf("SOAK_TIME=%q is no duration of at least 30s", text)
		}
	}
	if text := os.Getenv("SOAK_RPS"); text != "" {
		var err error
		if p.rps, err = strconv.Atoi(text); err != nil || p.rps < 1 {
			t.Fatalf("SOAK_RPS=%q is no positive number", text)
		}
	}
	// The memory of signatures grows for the ten minutes that one may be replayed in.
	p.warmUp = max(p.total/24, min(p.total/3, 11*time.Minute))
	p.restarts = max(p.total/24, 20*time.Second)
	p.certTTL = max(p.total/288, 40*time.Second)
	p.tokenTTL = max(p.total/24, 30*time.Second).Round(time.Second) // Hydra reads no fractions
	p.sampling = min(max(p.total/1000, time.Second), 10*time.Second)
	p.progress = min(time.Minute, p.total/4)
	return p
}

func (p plan) String() string {
	return fmt.Sprintf("%s at %d requests/s, certificates of %s, tokens of %s, Hydra and step-ca restarted every %s, warm-up %s",
		p.total, p.rps, p.certTTL, p.tokenTTL, p.restarts, p.warmUp)
}
