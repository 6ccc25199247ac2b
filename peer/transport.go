package peer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/getbindu/bindu-go/internal/fetch"
)

const (
	maxReplyHeader = 64 << 10
	idleTimeout    = 30 * time.Second
	idlePerPeer    = 16
)

// transport is the connections to one peer.
type transport interface {
	http.RoundTripper
	CloseIdleConnections()
}

// newTransport returns connections to one peer, or to any agent for the zero
// DID. It uses no proxy, whatever HTTPS_PROXY says: a proxy would decide which
// agents can be called. It expands no compressed answers.
//
// The handshake fails unless the server's certificate names peer, on resumed
// sessions too, and nothing of a request has been sent by then. Once our
// certificate or the roots have changed, no request goes out on a connection
// from before.
func (c *Client) newTransport(to connections) transport {
	t := &http.Transport{
		DialContext:            c.cfg.DialContext,
		TLSHandshakeTimeout:    c.cfg.DialTimeout,
		MaxIdleConnsPerHost:    idlePerPeer,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxReplyHeader,
		DisableCompression:     true,
	}
	if to.http2 {
		c.speakHTTP2(t)
	}
	if c.cfg.Source == nil {
		t.DialContext = c.dialLoopback
		return t
	}
	return c.cfg.Source.NewTransport(to.peer, t)
}

// speakHTTP2 has a transport speak nothing else. Who is silent is asked by PING whether
// it is there, in time for [Config.Silence].
func (c *Client) speakHTTP2(t *http.Transport) {
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP2(true)
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: c.cfg.Silence / 2, PingTimeout: c.cfg.Silence / 2}
}

// dialLoopback is for peers without TLS. What a name resolves to is known only
// once there is a connection; it is closed before anything is sent elsewhere.
func (c *Client) dialLoopback(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := c.cfg.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	remote, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil || !remote.Addr().Unmap().IsLoopback() {
		return nil, errors.Join(fmt.Errorf("%w: %s is not a loopback address, and mutual TLS is off", ErrAddress, address), conn.Close())
	}
	return conn, nil
}

// roundTripper sorts the errors of a transport by cause.
type roundTripper struct{ base http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (t roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.base.RoundTrip(req)
	if err == nil {
		resp, err = fetch.CheckAnswer(req, resp)
	}
	switch {
	case err == nil:
		return resp, nil
	case req.Context().Err() != nil, errors.Is(err, ErrAddress):
		return nil, err
	}
	return nil, classify(describe(err, req.URL))
}

// httpClient hands redirects back instead of following them.
func httpClient(t http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// withTimeout bounds one request; its expiry is told apart from the caller's.
func (c *Client) withTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, c.cfg.RequestTimeout, fmt.Errorf("%w (%s)", ErrTimeout, c.cfg.RequestTimeout))
}
