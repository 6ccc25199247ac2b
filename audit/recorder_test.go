package audit_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/getbindu/bindu-go/audit"
)

func TestRefusalIsCountedAndLogged(t *testing.T) {
	var out bytes.Buffer
	reg := prometheus.NewRegistry()
	r := newRecorder(t, &out, slog.LevelDebug, reg)
	r.Record(context.Background(), audit.Event{
		Decision: audit.Refused, Gate: "token", Reason: "token_expired", RequestID: "r1", Cause: errors.New("exp is past"),
	})
	r.Record(context.Background(), audit.Event{Decision: audit.Admitted, DID: "did:x:y"})
	want := `
# HELP agent_gate_decisions_total Decisions of the gates, by gate, decision and reason.
# TYPE agent_gate_decisions_total counter
agent_gate_decisions_total{decision="admitted",gate="",reason=""} 1
agent_gate_decisions_total{decision="refused",gate="token",reason="token_expired"} 1
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want), "agent_gate_decisions_total"); err != nil {
		t.Error(err)
	}
	line := out.String()
	for _, part := range []string{"level=WARN", "reason=token_expired", "request_id=r1", `cause="exp is past"`} {
		if !strings.Contains(line, part) {
			t.Errorf("log %q lacks %q", line, part)
		}
	}
	if strings.Contains(line, "did:x:y") || strings.Contains(line, "remote=") {
		t.Errorf("log holds an admission or an empty attribute: %q", line)
	}
}

func TestSecondRecorderOnOneRegistryIsAnError(t *testing.T) {
	reg := prometheus.NewRegistry()
	for _, want := range []bool{true, false} {
		if _, err := audit.NewCounter(reg); (err == nil) != want {
			t.Errorf("a counter: %v", err)
		}
		if _, err := audit.NewRecorder(audit.Config{Metrics: reg}); (err == nil) != want {
			t.Errorf("a recorder: %v", err)
		}
	}
}

// What a caller wrote is cut; the stack of a panic of ours is not.
func TestHostile177WhatCallersWriteIsCut(t *testing.T) {
	var out bytes.Buffer
	r := recorderOf(t, prometheus.NewRegistry(), nil, audit.Named{Name: "log", Sink: audit.NewLog(slog.New(slog.NewJSONHandler(&out, nil)), slog.LevelDebug)})
	long := strings.Repeat("m", 2<<20)
	r.Record(t.Context(), audit.Event{Decision: audit.Refused, Gate: "scope", Reason: "method_not_found", Method: long, RequestID: long, Remote: long, Cause: errors.New(long)})
	if n := out.Len(); n > 4<<10 || strings.Contains(out.String(), strings.Repeat("m", 1025)) || !strings.Contains(out.String(), `"method":"`+strings.Repeat("m", 127)+`…"`) {
		t.Errorf("%d bytes are logged: %.400s", n, out.String())
	}
	out.Reset()
	r.Record(t.Context(), audit.Event{Decision: audit.Refused, Gate: "handler", Reason: "internal", Cause: stackedError(long)})
	if !strings.Contains(out.String(), `"stack":"`+long) || !strings.Contains(out.String(), `"cause":"panic"`) {
		t.Errorf("the stack is not logged whole: %.400s", out.String())
	}
}

type stackedError string

func (stackedError) Error() string   { return "panic" }
func (e stackedError) Stack() string { return string(e) }
