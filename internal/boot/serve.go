package boot

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/server"
)

// Serve serves a port until the run stops, and ends the run when it cannot accept
// connections any more. The requests then get until the end of the drain, but at
// most grace when that is not zero.
func (l *Lifetime) Serve(c server.Config, grace time.Duration) error {
	c.Failed = l.Fail
	srv, err := server.Start(c)
	if err != nil {
		return err
	}
	l.OnStop(func(ctx context.Context) error {
		if grace != 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), grace)
			defer cancel()
		}
		return srv.Shutdown(ctx)
	})
	return nil
}

// ConnectionsRefused registers the counter of connections over the limits, and
// returns what counts one.
func ConnectionsRefused(metrics prometheus.Registerer) (func(), error) {
	refused := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "agent_connections_refused_total",
		Help: "Connections closed because of LIMITS__CONNECTIONS or LIMITS__CONNECTIONS_PER_PEER.",
	})
	return refused.Inc, metrics.Register(refused)
}
