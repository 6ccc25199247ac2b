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
)

// serve runs a server until the agent stops. The requests then get until the
// end of the drain, but at most grace when that is not zero.
func (a *Agent) serve(server *http.Server, serve func() error, grace time.Duration) {
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
		if err := server.Shutdown(ctx); err == nil {
			return nil
		}
		a.log.Warn("requests did not end in time and were cut off")
		return server.Close()
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
	a.ln = newListener(ln, l.Connections, l.ConnectionsPerPeer, refused)
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
	l := a.set.Limits
	server := &http.Server{
		Handler:           a.bounded(a.handler),
		ReadHeaderTimeout: l.HeaderTimeout,
		IdleTimeout:       l.IdleTimeout,
		MaxHeaderBytes:    int(l.HeaderBytes),
		ErrorLog:          a.stdLog("server"),
		ConnContext:       a.connContext,
		Protocols:         new(http.Protocols),
	}
	server.Protocols.SetHTTP1(true)
	ln := a.ln
	if a.source != nil {
		server.Protocols.SetHTTP2(true)
		// Frames that net/http writes itself, such as answers to PING and
		// resets, pass no deadlineWriter: a peer that reads none is dropped too.
		server.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: 100, WriteByteTimeout: l.WriteTimeout}
		ln = a.source.Listen(a.ln)
	}
	a.addr.Store(a.ln.Addr())
	a.serve(server, func() error { return server.Serve(ln) }, 0)
	return nil
}

// bounded ends connections that are older than LIMITS__CONNECTION_AGE after
// their current request, so that a change of trust reaches all of them. It
// bounds how long a body may take, whether a gate reads it or net/http drains
// it behind a refusal, and how long one write to a slow reader may block.
func (a *Agent) bounded(next http.Handler) http.Handler {
	age, body, write := a.set.Limits.ConnectionAge, a.set.Limits.BodyTimeout, a.set.Limits.WriteTimeout
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, ok := r.Context().Value(connKey{}).(*served); ok {
			if a.opts.Now().Sub(c.since) > age {
				w.Header().Set("Connection", "close")
			}
			defer a.countReset(c, r)
		}
		// The gate that reads the whole body takes this deadline off again. A
		// connection that has none is not a network connection.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(body))
		next.ServeHTTP(&deadlineWriter{ResponseWriter: w, timeout: write}, r)
	})
}

// deadlineWriter gives each piece of an answer its own deadline: a stream may
// last and a link may be slow, a reader that takes nothing may not.
type deadlineWriter struct {
	http.ResponseWriter
	timeout time.Duration
}

// deadlinePiece is what the slowest honest link takes within a deadline.
const deadlinePiece = 64 << 10

func (w *deadlineWriter) Write(p []byte) (written int, err error) {
	ctl := http.NewResponseController(w.ResponseWriter)
	for {
		piece := p[:min(len(p), deadlinePiece)]
		_ = ctl.SetWriteDeadline(time.Now().Add(w.timeout))
		n, err := w.ResponseWriter.Write(piece)
		written += n
		if p = p[n:]; err != nil || len(p) == 0 {
			return written, err
		}
	}
}

// Unwrap gives http.ResponseController the writer's abilities.
func (w *deadlineWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// rejected counts a failed handshake, which no gate ever sees.
func (a *Agent) rejected(reason string, err error) {
	a.audit.Record(context.Background(), audit.Event{
		Decision: audit.Refused, Gate: "tls", Reason: reason, Cause: err,
	})
}
