package oidctest

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// Server serves issuers over TLS until its test ends.
type Server struct {
	t         testing.TB
	authority *authority
	dial      dialFunc
	address   string

	mu      sync.Mutex
	issuers []*Issuer
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// NewServer starts a server on a loopback socket.
func NewServer(t testing.TB) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("oidctest: %v", err)
	}
	var d net.Dialer
	return start(t, l, func(ctx context.Context, _, _ string) (net.Conn, error) {
		return d.DialContext(ctx, "tcp", l.Addr().String())
	})
}

// NewPipeServer starts a server without sockets. It may run in a
// testing/synctest bubble.
func NewPipeServer(t testing.TB) *Server {
	t.Helper()
	l := newPipeListener()
	return start(t, l, l.dial)
}

func start(t testing.TB, l net.Listener, dial dialFunc) *Server {
	t.Helper()
	s := &Server{t: t, authority: newAuthority(t), dial: dial, address: l.Addr().String()}
	server := &http.Server{
		Handler:   http.HandlerFunc(s.serve),
		TLSConfig: &tls.Config{GetCertificate: s.authority.certificate, MinVersion: tls.VersionTLS12},
		ErrorLog:  log.New(io.Discard, "", 0), // clients that refuse us are part of the tests
	}
	var wg sync.WaitGroup
	wg.Go(func() { _ = server.ServeTLS(l, "", "") })
	t.Cleanup(func() {
		_ = server.Close()
		wg.Wait()
	})
	return s
}

// URL is the address of the server itself, for an issuer without a name of its
// own and for programs that cannot be given [Server.Client].
func (s *Server) URL() string { return "https://" + s.address }

// RootPEM is the certificate to trust, for such programs.
func (s *Server) RootPEM() []byte { return s.authority.pem() }

// Client returns a client that dials the server for every host name and trusts
// only its certificate. It follows redirects, so that a test notices who relies
// on its not doing so.
func (s *Server) Client() *http.Client {
	return s.client(s.dial)
}

// TrustingClientFor is a client that dials target but trusts s, so that the
// handshake must fail.
func (s *Server) TrustingClientFor(target *Server) *http.Client { return s.client(target.dial) }

func (s *Server) client(dial dialFunc) *http.Client {
	transport := &http.Transport{
		DialContext:     dial,
		TLSClientConfig: &tls.Config{RootCAs: s.authority.pool(), MinVersion: tls.VersionTLS12},
	}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// serve finds the issuer by host and path.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	address := "https://" + r.Host + r.URL.Path
	s.mu.Lock()
	issuers := s.issuers
	s.mu.Unlock()
	for _, i := range issuers {
		switch address {
		case strings.TrimSuffix(i.URL, "/") + "/.well-known/openid-configuration":
			i.Discovery.serve(w, r)
		case i.JWKSURI:
			i.Keys.serve(w, r)
		case i.TokenURL:
			i.Tokens.serve(w, r)
		default:
			continue
		}
		return
	}
	http.NotFound(w, r)
}
