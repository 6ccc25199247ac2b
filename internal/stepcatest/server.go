package stepcatest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// Config describes the CA that a [Server] plays. The zero value is the one an
// agent expects: provisioner "hydra" with client id "step-ca", renewal
// disabled, its own token issuer.
type Config struct {
	// CA signs; a new one when nil.
	CA *CA
	// Issuer is the iss of the tokens it accepts; "https://issuer.test" when empty.
	Issuer string
	// ConfigurationEndpoint, if set, is where the issuer's keys are found, as in
	// the real provisioner; otherwise only tokens of [Server.Token] are accepted.
	ConfigurationEndpoint string
	// Audience is the provisioner's client id; "step-ca" when empty.
	Audience string
	// TTL is the lifetime when the request names none; 24 h when zero.
	TTL time.Duration
	// EnableRenewal leaves disableRenewal unset.
	EnableRenewal bool
	// Webhooks are the kinds of the webhooks that the provisioner shows. Nobody is asked.
	Webhooks []string
	// TLS changes the certificate that the server itself presents.
	TLS []Option
	// Now is the CA's clock, also in its Date headers; time.Now when nil.
	Now func() time.Time
}

// Server is a running stand-in for step-ca. It stops with the test.
type Server struct {
	tb     testing.TB
	cfg    Config
	CA     *CA
	issuer *issuer
	addr   string

	mu       sync.Mutex
	server   *http.Server // nil while stopped
	done     chan struct{}
	fault    Fault
	disabled string // state of the provisioner
	burnt    map[string]bool
	started  time.Time
	requests []string // "METHOD path" in order of arrival
	last     *x509.CertificateRequest
	roots    []*x509.Certificate
	hangs    chan struct{} // closed to release hanging requests
}

// NewServer starts a server on a free port of 127.0.0.1.
func NewServer(tb testing.TB, cfg Config) *Server {
	tb.Helper()
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.CA == nil {
		cfg.CA = NewCA(tb, cfg.Now)
	}
	if cfg.Issuer == "" {
		cfg.Issuer = "https://issuer.test"
	}
	if cfg.Audience == "" {
		cfg.Audience = "step-ca"
	}
	if cfg.TTL == 0 {
		cfg.TTL = Lifetime
	}
	s := &Server{
		tb:    tb,
		cfg:   cfg,
		CA:    cfg.CA,
		burnt: make(map[string]bool),
		roots: cfg.CA.Roots(),
	}
	s.issuer = newIssuer(tb, cfg)
	s.addr = "127.0.0.1:0"
	s.Start()
	tb.Cleanup(s.Stop)
	return s
}

// URL returns the https URL of the CA, the same across [Server.Stop] and [Server.Start].
func (s *Server) URL() string { return "https://" + s.addr }

// Issuer returns the text in front of the DIDs in its certificates.
func (s *Server) Issuer() string { return s.cfg.Issuer }

// Fingerprint returns the SHA-256 of its root.
func (s *Server) Fingerprint() string { return s.CA.Fingerprint() }

// Start listens again after [Server.Stop]. Like step-ca it forgets which tokens
// were burnt, and refuses those that are older than itself.
func (s *Server) Start() {
	s.tb.Helper()
	ln, err := net.Listen("tcp", s.addr)
	if err != nil {
		s.tb.Fatalf("fake step-ca: %v", err)
	}
	s.addr = ln.Addr().String()
	s.mu.Lock()
	s.started = s.cfg.Now().Truncate(time.Second)
	s.hangs = make(chan struct{})
	s.mu.Unlock()
	own := s.CA.Issue("https://ca.test", "did:test:ca",
		append([]Option{NoNames(), CommonName("Step Online CA"), DNSNames("localhost"), address("127.0.0.1")}, s.cfg.TLS...)...)
	server := &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          discardLog(),
	}
	tlsListener := tls.NewListener(ln, &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{own},
		ClientAuth:   tls.VerifyClientCertIfGiven,
		ClientCAs:    s.CA.Pool(),
		Time:         s.cfg.Now,
	})
	done := make(chan struct{})
	s.mu.Lock()
	s.server, s.done = server, done
	s.mu.Unlock()
	go func() {
		defer close(done)
		if err := server.Serve(tlsListener); !errors.Is(err, http.ErrServerClosed) {
			s.tb.Errorf("fake step-ca: %v", err)
		}
	}()
}

// Stop closes the port and every connection. It may be called again.
func (s *Server) Stop() {
	s.mu.Lock()
	server, done := s.server, s.done
	s.server = nil
	if server != nil {
		close(s.hangs)
	}
	s.mu.Unlock()
	if server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		_ = server.Close()
	}
	<-done
}

// Requests returns what was asked so far, "METHOD path" in order of arrival.
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.requests...)
}

// Count returns how often method and path were asked for.
func (s *Server) Count(request string) int {
	n := 0
	for _, r := range s.Requests() {
		if r == request {
			n++
		}
	}
	return n
}

// LastRequest returns the newest signing request, nil before the first.
func (s *Server) LastRequest() *x509.CertificateRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// SetRoots changes what /roots.pem and /roots serve, as an operator does who replaces a root.
func (s *Server) SetRoots(roots ...*x509.Certificate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roots = roots
}

func (s *Server) currentRoots() []*x509.Certificate {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.roots
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// refuse answers like step-ca: a status and a text that tells little.
func refuse(w http.ResponseWriter, status int, message string) {
	answer(w, status, map[string]any{"status": status, "message": message})
}
