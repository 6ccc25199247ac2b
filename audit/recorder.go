package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"
)

// Config is what a [Recorder] is made of.
type Config struct {
	// Sinks get each event, in this order. Their names are distinct.
	Sinks []Named
	// Metrics is where the errors of sinks are counted.
	Metrics prometheus.Registerer
	// Log says what is amiss with a sink; nil discards.
	Log *slog.Logger
	// Failing is told when a sink begins to fail and, with nil, when an event gets
	// through again. It must not block, nor record. It may be nil.
	Failing func(sink string, err error)
}

// Recorder hands each event to every sink. Its methods may be called concurrently.
type Recorder struct{ sinks []*watched }

// NewRecorder registers its counter, which begins at 0 for each sink.
func NewRecorder(c Config) (*Recorder, error) {
	failures := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "agent_audit_sink_failures_total",
		Help: "Records of decisions that a sink lost, by sink.",
	}, []string{"sink"})
	if c.Metrics == nil {
		return nil, errors.New("audit: a registry is missing")
	}
	if err := c.Metrics.Register(failures); err != nil {
		return nil, err
	}
	if c.Failing == nil {
		c.Failing = func(string, error) {}
	}
	r := &Recorder{}
	seen := make(map[string]bool)
	for _, s := range c.Sinks {
		if s.Name == "" || s.Sink == nil || seen[s.Name] {
			return nil, fmt.Errorf("audit: the sink %q is nil, or has no name of its own", s.Name)
		}
		seen[s.Name] = true
		r.sinks = append(r.sinks, &watched{
			Named: s, failures: failures.WithLabelValues(s.Name), changed: c.Failing,
			log: NewLog(c.Log, slog.LevelInfo),
		})
	}
	return r, nil
}

// Record hands the event to every sink.
func (r *Recorder) Record(ctx context.Context, e Event) {
	for _, s := range r.sinks {
		s.record(ctx, e)
	}
}

// Flush has sinks that keep something back, as [Log] does, give it out. Call it when
// nothing more will be recorded.
func (r *Recorder) Flush() {
	for _, s := range r.sinks {
		if keeps, ok := s.Sink.(interface{ Flush() }); ok {
			keeps.Flush()
		}
	}
}
