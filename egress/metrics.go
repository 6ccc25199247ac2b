package egress

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are what is counted beside the decisions.
type metrics struct {
	underway prometheus.Gauge
	seconds  *prometheus.HistogramVec
}

func newMetrics(reg prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		underway: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "agent_egress_requests_in_progress",
			Help: "Calls of local programs to other agents under way, streams included.",
		}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "agent_egress_seconds",
			Help:    "Time until the answer of a peer was passed on whole, by the name of the peer in the peers file.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300},
		}, []string{"peer"}),
	}
	if reg == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.underway, m.seconds} {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// took notes a call that was passed on.
func (m *metrics) took(peer string, d time.Duration) {
	m.seconds.WithLabelValues(peer).Observe(d.Seconds())
}
