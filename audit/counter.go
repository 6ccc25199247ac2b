package audit

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
)

// Counter is the sink that counts decisions. Its methods may be called
// concurrently, and it never fails.
type Counter struct {
	decisions *prometheus.CounterVec
	admitted  prometheus.Counter // resolved once: it is on the path of every request
}

// NewCounter registers the counter.
func NewCounter(reg prometheus.Registerer) (*Counter, error) {
	decisions := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "agent_gate_decisions_total",
		Help: "Decisions of the gates, by gate, decision and reason.",
	}, []string{"gate", "decision", "reason"})
	if err := reg.Register(decisions); err != nil {
		return nil, err
	}
	return &Counter{decisions: decisions, admitted: decisions.WithLabelValues("", string(Admitted), "")}, nil
}

// Record implements [Sink].
func (c *Counter) Record(_ context.Context, e Event) error {
	if e.Decision == Admitted {
		c.admitted.Inc()
		return nil
	}
	c.decisions.WithLabelValues(e.Gate, string(e.Decision), e.Reason).Inc()
	return nil
}
