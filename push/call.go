package push

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

const (
	// callTimeout is how long a call may take in all, from the name to the end of the answer.
	callTimeout = 5 * time.Second
	// maxAnswer is how much of an answer is read, in bytes: so much that a connection can
	// be used again after what answers usually say.
	maxAnswer = 64 << 10
	// maxAnswerHeader bounds the header of an answer, in bytes.
	maxAnswerHeader = 16 << 10
)

// caller calls webhooks. Connections are made to addresses that were looked at, and no
// others.
type caller struct {
	timeout time.Duration
	clients map[string]*http.Client // by scheme
}

func newCaller(c Config) *caller {
	return &caller{callTimeout, map[string]*http.Client{
		"https": newClient(c, true),
		"http":  newClient(c, false),
	}}
}

// newClient returns a client that asks no proxy, whatever the environment says, follows
// no redirect and presents no certificate.
func newClient(c Config, secure bool) *http.Client {
	dialer := &net.Dialer{Timeout: callTimeout, Resolver: c.Resolver, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("%w: %s", ErrForbidden, address)
		}
		return c.Networks.check(to.Addr(), secure)
	}}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, Proxy: nil, DisableCompression: true,
			TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.Roots},
			TLSHandshakeTimeout: callTimeout, ResponseHeaderTimeout: callTimeout,
			MaxIdleConns: 32, MaxIdleConnsPerHost: 1, IdleConnTimeout: 30 * time.Second, MaxResponseHeaderBytes: maxAnswerHeader,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (c *caller) close() {
	for _, client := range c.clients {
		client.CloseIdleConnections()
	}
}

// post sends a body. Errors: ErrForbidden, a [StatusError], or why no answer came, without
// the URL, which may hold secrets.
func (c *caller) post(ctx context.Context, target *url.URL, header http.Header, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), bytes.NewReader(body))
	if err != nil {
		return errors.New("no request can be made of the URL")
	}
	req.Header = header
	resp, err := c.clients[target.Scheme].Do(req)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err
		}
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return StatusError(resp.StatusCode) // and nothing is read: behind a 101 that would have no end
	}
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer) // what it says does not matter
	return nil
}
