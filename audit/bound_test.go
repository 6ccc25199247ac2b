package audit_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/audit"
)

// bounded runs f with a recorder, on a clock of its own, and returns the lines
// that were logged and how many decisions were counted.
func bounded(t *testing.T, admissions slog.Level, f func(r *audit.Recorder)) (lines []string, counted float64) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		reg := prometheus.NewRegistry()
		f(newRecorder(t, &out, admissions, reg))
		lines = strings.Split(strings.TrimSpace(out.String()), "\n")
		families, err := reg.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, family := range families {
			for _, m := range family.GetMetric() {
				if family.GetName() == "agent_gate_decisions_total" {
					counted += m.GetCounter().GetValue()
				}
			}
		}
	})
	return lines, counted
}

func refusal(reason, name string) audit.Event {
	return audit.Event{Decision: audit.Refused, Gate: "token", Reason: reason, DID: name}
}

// TestHostile177RefusalsAreLoggedTwentyTimesASecond: all are counted, and a line
// says how many were left out, also when nothing more happens.
func TestHostile177RefusalsAreLoggedTwentyTimesASecond(t *testing.T) {
	lines, counted := bounded(t, slog.LevelDebug, func(r *audit.Recorder) {
		for range 3 {
			for range 1000 {
				r.Record(t.Context(), refusal("auth_missing", ""))
			}
			time.Sleep(1500 * time.Millisecond)
		}
		synctest.Wait()
	})
	if counted != 3000 || len(lines) != 3*21 {
		t.Fatalf("%v are counted, %d logged", counted, len(lines))
	}
	for _, i := range []int{20, 41, 62} {
		if !strings.Contains(lines[i], "level=WARN") || !strings.Contains(lines[i], "gate=token reason=auth_missing left_out=980") {
			t.Errorf("line %d: %s", i, lines[i])
		}
	}
}

// A steady flood is summed up second by second.
func TestAFloodWithoutAPauseIsSummedUp(t *testing.T) {
	lines, counted := bounded(t, slog.LevelDebug, func(r *audit.Recorder) {
		for range 2500 {
			r.Record(t.Context(), refusal("auth_missing", ""))
			time.Sleep(time.Millisecond)
		}
		r.Flush()
	})
	left := 0
	for _, line := range lines {
		var n int
		if _, after, ok := strings.Cut(line, "left_out="); ok {
			if _, err := fmt.Sscan(after, &n); err != nil {
				t.Fatal(err)
			}
		}
		left += n
	}
	if counted != 2500 || len(lines) != 3*21 || left != 2500-3*20 {
		t.Errorf("%v are counted, %d lines logged, %d left out", counted, len(lines), left)
	}
}

// One gate's flood, one word's and one caller's hide nobody else's lines.
func TestFloodsHideNobodyElse(t *testing.T) {
	others := []audit.Event{
		refusal("token_expired", ""), refusal("auth_missing", "did:x:other"),
		{Decision: audit.Refused, Gate: "other", Reason: "auth_missing"}, {Decision: audit.Warned, Gate: "token", Reason: "auth_missing"},
	}
	lines, _ := bounded(t, slog.LevelDebug, func(r *audit.Recorder) {
		for range 100 {
			r.Record(t.Context(), refusal("auth_missing", ""))
		}
		for _, e := range others {
			r.Record(t.Context(), e)
		}
	})
	if len(lines) != 20+len(others) {
		t.Errorf("%d lines: %s", len(lines), lines[20:])
	}
}

// Names are as many as callers: beyond 1,024 in a second they share the lines of
// those without a name.
func TestManyNamesShareTheirLines(t *testing.T) {
	lines, counted := bounded(t, slog.LevelDebug, func(r *audit.Recorder) {
		for i := range 5000 {
			r.Record(t.Context(), refusal("auth_missing", fmt.Sprint("did:x:", i)))
		}
		time.Sleep(time.Second)
		synctest.Wait()
	})
	if counted != 5000 || len(lines) != 1024+20+1 || !strings.Contains(lines[1044], "left_out=3956") {
		t.Errorf("%v are counted, %d logged, at last %s", counted, len(lines), lines[len(lines)-1])
	}
}

// The operator's own wish to see admissions is not bounded, and nothing is left
// out where nothing is logged.
// Names that nobody proved are as many as strangers like: they are logged, and have the
// lines of one stranger together.
func TestNamesThatAreClaimedShareTheirLines(t *testing.T) {
	lines, counted := bounded(t, slog.LevelDebug, func(r *audit.Recorder) {
		for i := range 500 {
			e := refusal("rate_limited", fmt.Sprintf("did:a:%d", i))
			e.Claimed = true
			r.Record(t.Context(), e)
		}
		r.Record(t.Context(), refusal("rate_limited", "did:a:proved"))
		time.Sleep(1500 * time.Millisecond)
		synctest.Wait()
	})
	if counted != 501 || len(lines) != audit.LinesPerSecond+2 || !strings.Contains(lines[0], "did:a:0") || !strings.Contains(strings.Join(lines, ""), "did:a:proved") {
		t.Fatalf("%v are counted, %d logged: %q", counted, len(lines), lines)
	}
}

func TestAdmissionsAreNotBounded(t *testing.T) {
	lines, _ := bounded(t, slog.LevelInfo, func(r *audit.Recorder) {
		for range 100 {
			r.Record(t.Context(), audit.Event{Decision: audit.Admitted, Status: 200, Outcome: "task_not_found", Duration: time.Second})
		}
		r.Flush()
	})
	if len(lines) != 100 || !strings.Contains(lines[0], "outcome=task_not_found status=200 duration=1s") {
		t.Errorf("%d lines, first %s", len(lines), lines[0])
	}
}

func BenchmarkRecord(b *testing.B) {
	for name, e := range map[string]audit.Event{"refusal": refusal("auth_missing", "did:x:y"), "admission": {Decision: audit.Admitted, DID: "did:x:y"}} {
		b.Run(name, func(b *testing.B) {
			r := newRecorder(b, io.Discard, slog.LevelDebug, prometheus.NewRegistry())
			b.ReportAllocs()
			for b.Loop() {
				r.Record(b.Context(), e)
			}
		})
	}
}
