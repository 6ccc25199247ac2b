package agent

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/server"
)

// serve runs a server until the agent stops. The requests then get until the
// end of the drain, but at most grace when that is not zero.
func (a *Agent) serve(srv *http.Server, serve func() error, grace time.Duration) {
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := serve(); !errors.Is(err, http.ErrServerClosed) {
			a.fail(err)
		}
	})
	a.onStop(func(ctx context.Context) error {
		defer wg.Wait()
		if grace != 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), grace)
			defer cancel()
		}
		if err := srv.Shutdown(ctx); err == nil {
			return nil
		}
		a.log.Warn("requests did not end in time and were cut off")
		return srv.Close()
	})
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
	refused := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "agent_connections_refused_total",
		Help: "Connections closed because of LIMITS__CONNECTIONS or LIMITS__CONNECTIONS_PER_PEER.",
	})
	if err := a.metrics.Register(refused); err != nil {
		return errors.Join(err, ln.Close())
	}
	l := a.set.Limits
	counted := newListener(ln, int(l.Connections), int(l.ConnectionsPerPeer), refused)
	counted.watch = func(c net.Conn) net.Conn { return server.Watch(c, a.patience(), bool(a.set.MTLS.Enabled)) }
	a.ln = counted
	a.onStop(func(context.Context) error {
		// Already closed by the server when it was served.
		if err := ln.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	return nil
}

// patience is how long a peer may leave something unfinished.
func (a *Agent) patience() server.Timeouts {
	return server.Timeouts{Header: time.Duration(a.set.Limits.HeaderTimeout), Body: time.Duration(a.set.Limits.BodyTimeout)}
}

// listen serves the gates: over TLS, or plainly where the settings allow it.
func (a *Agent) listen() error {
	if err := a.bind(); err != nil {
		return err
	}
	l := a.set.Limits
	srv := &http.Server{
		Handler:           a.bounded(a.handler),
		ReadHeaderTimeout: time.Duration(l.HeaderTimeout),
		IdleTimeout:       time.Duration(l.IdleTimeout),
		MaxHeaderBytes:    int(l.HeaderBytes),
		ErrorLog:          a.stdLog("server"),
		ConnContext:       a.connContext,
		Protocols:         new(http.Protocols),
		// Otherwise net/http answers OPTIONS * itself, with 200.
		DisableGeneralOptionsHandler: true,
	}
	srv.Protocols.SetHTTP1(true)
	var ln net.Listener = a.ln
	if a.keeper != nil {
		ln = server.Listen(a.keeper.Source().Listen(a.ln), a.patience())
		srv.Protocols.SetUnencryptedHTTP2(true) // over TLS all the same: see server.Listen
		srv.HTTP2 = server.HTTP2Config(time.Duration(l.WriteTimeout))
	}
	a.addr.Store(a.ln.Addr())
	a.serve(srv, func() error { return srv.Serve(ln) }, 0)
	return nil
}

// rejected records a failed handshake, which no gate ever sees.
func (a *Agent) rejected(reason, remote string, err error) {
	a.audit.Record(context.Background(), audit.Event{
		Decision: audit.Refused, Gate: "tls", Reason: reason, Remote: remote, Cause: err,
	})
}
