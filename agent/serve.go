package agent

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/server"
)

// serve serves a port until the agent stops. The requests then get until the
// end of the drain, but at most grace when that is not zero.
func (a *Agent) serve(c server.Config, grace time.Duration) error {
	c.Log, c.Now = a.log, a.opts.Now
	return a.life.Serve(c, grace)
}

// learnAddress fixes the one address that card, registration and log show. The
// settings leave it open only where the port is not known before it is bound.
func (a *Agent) learnAddress() (address, error) {
	if url := string(a.opts.Settings.Agent.URL); url != "" {
		return address{url: url}, nil
	}
	ln, err := a.bind()
	if err != nil {
		return address{}, err
	}
	scheme := "http://"
	if a.opts.Settings.MTLS.Enabled {
		scheme = "https://"
	}
	return address{scheme + ln.Addr().String(), ln}, nil
}

// addressOfNone is the address with which an agent is registered that nobody can call.
func (a *Agent) addressOfNone() address {
	if url := string(a.opts.Settings.Agent.URL); url != "" {
		return address{url: url}
	}
	return address{url: "https://" + a.opts.Settings.Network.Addr()}
}

// bind opens the private port before it is served. Where that is early,
// connections wait until the gates are armed.
func (a *Agent) bind() (net.Listener, error) {
	ln, err := boot.Listen("NETWORK__HOST", "NETWORK__PORT", a.opts.Settings.Network.Addr())
	if err != nil {
		return nil, err
	}
	a.onStop(func(context.Context) error {
		// Already closed by the server when it was served.
		if err := ln.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	return ln, nil
}

// listen serves the gates: over TLS, or plainly where the settings allow it.
func (a *Agent) listen(at address, own *boot.Certificate, gates http.Handler) (err error) {
	if at.ln == nil {
		if at.ln, err = a.bind(); err != nil {
			return err
		}
	}
	refused, err := boot.ConnectionsRefused(a.opts.Metrics)
	if err != nil {
		return err
	}
	port := configs.Port(a.opts.Settings)
	port.Listener, port.Handler, port.Name, port.Refused = at.ln, gates, "server", refused
	if source := own.Source(); source != nil {
		port.TLS = func(inner net.Listener) net.Listener { return source.Listen(inner) }
	}
	a.addr.Store(at.ln.Addr())
	return a.serve(port, 0)
}

// rejected records a failed handshake, which no gate ever sees.
func (a *Agent) rejected(reason, remote string, err error) {
	a.audit.Record(context.Background(), audit.Event{
		Decision: audit.Refused, Gate: "tls", Reason: reason, Remote: remote, Cause: err,
	})
}
