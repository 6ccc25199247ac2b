package loopback

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

const (
	dialTimeout = 5 * time.Second
	idleTimeout = 90 * time.Second
	maxIdle     = 64
	maxHeader   = 64 << 10
)

// errElsewhere: a name of this machine leads to another.
var errElsewhere = errors.New("the address is not one of this machine")

// Transport returns what reaches the endpoint, whatever host a request names: without a
// proxy, with bounded headers. Compressed answers are not expanded. How long an answer
// may take is for the context of the request to say.
func (e Endpoint) Transport() *http.Transport {
	return &http.Transport{
		DialContext:            e.dial,
		MaxIdleConns:           maxIdle,
		MaxIdleConnsPerHost:    maxIdle,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeader,
		ExpectContinueTimeout:  time.Second,
		DisableCompression:     true,
	}
}

func (e Endpoint) dial(ctx context.Context, _, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: dialTimeout}
	if e.socket != "" {
		return d.DialContext(ctx, "unix", e.socket)
	}
	d.Control = onlyLoopback // localhost is looked up like any name
	return d.DialContext(ctx, "tcp", address)
}

// Reach reports whether somebody accepts connections at the endpoint: it makes one, and
// closes it.
func (e Endpoint) Reach(ctx context.Context) error {
	at := e.base.Host
	if e.base.Port() == "" {
		at = net.JoinHostPort(e.base.Hostname(), "80")
	}
	c, err := e.dial(ctx, "tcp", at)
	if err != nil {
		return err
	}
	return c.Close()
}

func onlyLoopback(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !at.Addr().Unmap().IsLoopback() {
		return errElsewhere
	}
	return nil
}
