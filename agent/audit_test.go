package agent

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/internal/boot"
)

// disk takes what is written to it unless it is full.
type disk struct{ full bool }

func (d *disk) Write(p []byte) (int, error) {
	if d.full {
		return 0, errors.New("no space left")
	}
	return len(p), nil
}

// While the log loses decisions /readyz warns, requests are served, and the metrics
// count on.
func TestReadyzWarnsWhileRecordsAreLost(t *testing.T) {
	ready, out, metrics := newReadiness(), &disk{full: true}, prometheus.NewRegistry()
	ready.set(boot.Server, "")
	r, err := newRecorder(Options{Logger: slog.New(slog.NewTextHandler(out, nil)), Metrics: metrics}, ready)
	if err != nil {
		t.Fatal(err)
	}
	refused := audit.Event{Decision: audit.Refused, Gate: "token", Reason: "token_expired"}
	for _, step := range []struct {
		full     bool
		warnings []string
	}{{true, []string{"audit_failing"}}, {false, nil}, {true, []string{"audit_failing"}}} {
		out.full = step.full
		r.Record(t.Context(), refused)
		if got := ready.warned(); !slices.Equal(got, step.warnings) || len(ready.why()) != 0 {
			t.Errorf("full %v: warns of %v, not ready because of %v", step.full, got, ready.why())
		}
	}
	const want = `
# HELP agent_audit_sink_failures_total Records of decisions that a sink lost, by sink.
# TYPE agent_audit_sink_failures_total counter
agent_audit_sink_failures_total{sink="log"} 2
agent_audit_sink_failures_total{sink="metrics"} 0
# HELP agent_gate_decisions_total Decisions of the gates, by gate, decision and reason.
# TYPE agent_gate_decisions_total counter
agent_gate_decisions_total{decision="admitted",gate="",reason=""} 0
agent_gate_decisions_total{decision="refused",gate="token",reason="token_expired"} 3
`
	if err := testutil.GatherAndCompare(metrics, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
}
