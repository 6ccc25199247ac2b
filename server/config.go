package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Config is what a port is made of.
type Config struct {
	// Listener is where connections come from. A server that was started closes it.
	Listener net.Listener
	// TLS returns a listener over another one, whose connections are *tls.Conn
	// with the handshake done; nil is a port without TLS. Closing that listener
	// closes the other one too. HTTP/2 is spoken with those who agreed on it.
	TLS func(net.Listener) net.Listener
	// HTTP2 has a port without TLS speak HTTP/2 with those who begin with it (RFC 9113
	// section 3.3). The frames of such a connection are not watched: it is for programs of
	// this machine.
	HTTP2 bool
	// Handler answers requests.
	Handler http.Handler
	// Limits and Timeouts have to be given.
	Limits   Limits
	Timeouts Timeouts
	// Log takes what an operator should know, and at debug level, as the
	// component called Name, what net/http complains of; nil discards it.
	Log  *slog.Logger
	Name string
	// Now is the clock by which connections age; nil is time.Now.
	Now func() time.Time
	// Refused is called for each connection that is closed because there are too
	// many; nil if nobody counts them.
	Refused func()
	// Failed is called when no more connections can be accepted, but not for
	// [Server.Shutdown]; nil if nobody wants to know.
	Failed func(error)
}

// Limits bound what connections may hold.
type Limits struct {
	// Connections are open at once at most, and ConnectionsPerPeer those of one
	// IPv4 address or one IPv6 network of 64 bits. More are closed unread. The last
	// quarter is for addresses with fewer than a 32nd of ConnectionsPerPeer, unless
	// that is more than half of Connections.
	Connections, ConnectionsPerPeer int
	// HeaderBytes is the size of a request's header, as in http.Server.
	HeaderBytes int
	// Resets are the requests that one HTTP/2 connection may cancel; with the
	// next one it is closed. Only a port that speaks HTTP/2 needs it.
	Resets int
}

// Timeouts bound how long a peer may leave something unfinished.
type Timeouts struct {
	// Header is for a request's header; in HTTP/2 for a frame, and for all frames
	// of one header together.
	Header time.Duration
	// Body is for a request's body, and for the content of one DATA frame.
	Body time.Duration
	// Write is for each 64 KiB of an answer: a stream may last and a link may be
	// slow, a reader that takes nothing may not.
	Write time.Duration
	// Answer is for the whole of it; zero is no bound.
	Answer time.Duration
	// Idle is for a connection between requests.
	Idle time.Duration
	// Age is that of a connection which ends after the answer to its current
	// request; zero is any age.
	Age time.Duration
}

// check demands what has no default.
func (c *Config) check() error {
	if c.Listener == nil || c.Handler == nil {
		return errors.New("server: a port needs a listener and a handler")
	}
	l, t := c.Limits, c.Timeouts
	for name, given := range map[string]bool{
		"Limits.Connections":        l.Connections > 0,
		"Limits.ConnectionsPerPeer": l.ConnectionsPerPeer > 0,
		"Limits.HeaderBytes":        l.HeaderBytes > 0,
		"Limits.Resets":             l.Resets > 0 || c.TLS == nil && !c.HTTP2,
		"Timeouts.Header":           t.Header > 0,
		"Timeouts.Body":             t.Body > 0,
		"Timeouts.Write":            t.Write > 0,
		"Timeouts.Idle":             t.Idle > 0,
	} {
		if !given {
			return fmt.Errorf("server: %s has to be more than zero", name)
		}
	}
	return nil
}
