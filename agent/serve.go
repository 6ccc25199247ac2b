package agent

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/server"
)

// serve serves a port until the agent stops. The requests then get until the
// end of the drain, but at most grace when that is not zero.
func (a *Agent) serve(c server.Config, grace time.Duration) error {
	c.Log, c.Now, c.Failed = a.log, a.opts.Now, a.fail
	srv, err := server.Start(c)
	if err != nil {
		return err
	}
	a.onStop(func(ctx context.Context) error {
		if grace != 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), grace)
			defer cancel()
		}
		return srv.Shutdown(ctx)
	})
	return nil
}

// bind opens the private port before it is served. That early it is needed only
// to learn which port 0 has become; connections wait until the gates are armed.
func (a *Agent) bind() error {
	if a.ln != nil {
		return nil
	}
	addr := a.set.Network.Addr()
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return listenError("NETWORK__HOST", "NETWORK__PORT", addr, err)
	}
	a.ln = ln
	a.onStop(func(context.Context) error {
		// Already closed by the server when it was served.
		if err := ln.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	return nil
}

// listen serves the gates: over TLS, or plainly where the settings allow it.
func (a *Agent) listen() error {
	if err := a.bind(); err != nil {
		return err
	}
	refused := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "agent_connections_refused_total",
		Help: "Connections closed because of LIMITS__CONNECTIONS or LIMITS__CONNECTIONS_PER_PEER.",
	})
	if err := a.metrics.Register(refused); err != nil {
		return err
	}
	l := a.set.Limits
	port := server.Config{
		Listener: a.ln, Handler: a.handler, Name: "server", Refused: refused.Inc,
		Limits: server.Limits{
			Connections: int(l.Connections), ConnectionsPerPeer: int(l.ConnectionsPerPeer),
			HeaderBytes: int(l.HeaderBytes), Resets: int(l.ResetsPerConnection),
		},
		Timeouts: server.Timeouts{
			Header: time.Duration(l.HeaderTimeout), Body: time.Duration(l.BodyTimeout), Write: time.Duration(l.WriteTimeout),
			Idle: time.Duration(l.IdleTimeout), Age: time.Duration(l.ConnectionAge),
		},
	}
	if a.keeper != nil {
		port.TLS = func(inner net.Listener) net.Listener { return a.keeper.Source().Listen(inner) }
	}
	a.addr.Store(a.ln.Addr())
	return a.serve(port, 0)
}

// rejected records a failed handshake, which no gate ever sees.
func (a *Agent) rejected(reason, remote string, err error) {
	a.audit.Record(context.Background(), audit.Event{
		Decision: audit.Refused, Gate: "tls", Reason: reason, Remote: remote, Cause: err,
	})
}
