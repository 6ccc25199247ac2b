package fetch

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	dialTimeout      = 5 * time.Second
	handshakeTimeout = 5 * time.Second
	idleTimeout      = 90 * time.Second
	maxHeader        = 64 << 10
)

// NewTransport returns a transport to authorities under the rule of [Proxy],
// with bounded headers and times. Compressed answers are not expanded. cfg is
// how TLS is verified; nil is with the system's roots.
func NewTransport(cfg *tls.Config) *http.Transport {
	proxy, _ := ProxyFromEnvironment() // a rule that fails every call says why
	if cfg == nil {
		cfg = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return &http.Transport{
		Proxy:                  proxy.forRequest,
		OnProxyConnectResponse: checkConnect,
		DialContext:            (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        cfg,
		TLSHandshakeTimeout:    handshakeTimeout,
		ExpectContinueTimeout:  time.Second,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeader,
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
	}
}

// connectError is a proxy that does not lead on.
type connectError struct {
	host   string
	status int
}

func (e *connectError) Error() string {
	return fmt.Sprintf("the proxy %s answered CONNECT with status %d", e.host, e.status)
}

func checkConnect(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return &connectError{proxy.Host, resp.StatusCode}
}
