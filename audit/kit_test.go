package audit_test

import (
	"io"
	"log/slog"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/audit"
)

// newRecorder returns a recorder with the sinks that every agent has, writing to out.
func newRecorder(t testing.TB, out io.Writer, admissions slog.Level, reg *prometheus.Registry) *audit.Recorder {
	t.Helper()
	counter, err := audit.NewCounter(reg)
	if err != nil {
		t.Fatal(err)
	}
	log := audit.NewLog(slog.New(slog.NewTextHandler(out, nil)), admissions)
	return recorderOf(t, reg, nil, audit.Named{Name: "metrics", Sink: counter}, audit.Named{Name: "log", Sink: log})
}

func recorderOf(t testing.TB, reg *prometheus.Registry, change func(*audit.Config), sinks ...audit.Named) *audit.Recorder {
	t.Helper()
	cfg := audit.Config{Sinks: sinks, Metrics: reg}
	if change != nil {
		change(&cfg)
	}
	r, err := audit.NewRecorder(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
