package mtls_test

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
)

func TestPlainHTTPGetsTheAnswerOfNetHTTP(t *testing.T) {
	seen := newRejects()
	addr := serve(t, newSource(t, identity(stepcatest.NewCA(t, nil), bob), seen.hook))
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /secret HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusBadRequest || resp.Header.Get("Location") != "" || !strings.Contains(string(body), "HTTPS") {
		t.Errorf("got %s %q, %v", resp.Status, body, err)
	}
	if got := seen.next(t); got.reason != "tls_not_tls" {
		t.Errorf("reason %s: %v", got.reason, got.err)
	}
}

func TestSilentAndSlowClientsAreDropped(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	for name, send := range map[string]func(net.Conn){
		"024_silent": func(net.Conn) {},
		"024_one_byte": func(c net.Conn) {
			_, _ = c.Write([]byte{0x16})
		},
	} {
		t.Run(name, func(t *testing.T) {
			seen := newRejects()
			addr := serve(t, newSource(t, identity(ca, bob), seen.hook, func(c *mtls.SourceConfig) {
				c.HandshakeTimeout = 200 * time.Millisecond
			}))
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			send(conn)
			if err := conn.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Read(make([]byte, 1)); errors.Is(err, errTimeout(err)) || err == nil {
				t.Fatalf("the connection was not closed: %v", err)
			}
			if got := seen.next(t); got.reason != "tls_handshake_timeout" {
				t.Errorf("reason %s: %v", got.reason, got.err)
			}
		})
	}
}

// errTimeout returns err itself when it is a timeout.
func errTimeout(err error) error {
	if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
		return err
	}
	return nil
}

// A chain of a hundred intermediates whose keys are the slowest there are, a
// megabyte of names, a megabyte of garbage: none is parsed, all are refused (020).
func TestHugeCertificatesAreRefusedUnread(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	slow, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	many := ca.Issue(issuer, alice.String(), stepcatest.Key(slow))
	for range 100 {
		many.Certificate = append(many.Certificate, ca.Intermediate.Raw)
	}
	large := ca.Issue(issuer, alice.String())
	large.Certificate = append(large.Certificate, bytes.Repeat([]byte{0x30}, 1<<20))
	giant := ca.Issue(issuer, alice.String(), stepcatest.RSAModulus(16384))
	broken := ca.Issue(issuer, alice.String())
	broken.Certificate[0] = append([]byte{0x30, 0x82}, broken.Certificate[0]...)
	tests := map[string]tls.Certificate{
		"020_100_intermediates": many,
		"020_10000_names":       ca.Issue(issuer, alice.String(), stepcatest.ManyNames(10_000)),
		"020_1_megabyte":        large,
	}
	for name, cert := range tests {
		t.Run(name, func(t *testing.T) {
			seen := newRejects()
			addr := serve(t, newSource(t, identity(ca, bob), seen.hook))
			cfg := &tls.Config{InsecureSkipVerify: true, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				return &cert, nil
			}}
			if err := attempt(t, addr, cfg); err == nil {
				t.Fatal("the handshake succeeded")
			}
			if got := seen.next(t); got.reason != "tls_handshake_too_large" {
				t.Errorf("reason %s: %v", got.reason, got.err)
			}
		})
	}
	for name, cert := range map[string]tls.Certificate{"020_rsa_16384": giant, "020_not_a_certificate": broken} {
		t.Run(name, func(t *testing.T) {
			seen := newRejects()
			addr := serve(t, newSource(t, identity(ca, bob), seen.hook))
			cfg := &tls.Config{InsecureSkipVerify: true, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				return &cert, nil
			}}
			if err := attempt(t, addr, cfg); alertOf(err) == 0 {
				t.Fatalf("got %v, want an alert", err)
			}
			if got := seen.next(t); got.reason != "tls_bad_certificate" || !errors.Is(got.err, mtls.ErrBadCertificate) {
				t.Errorf("reason %s: %v", got.reason, got.err)
			}
		})
	}
}

// The limits leave room for every honest chain.
func TestChainsOfOtherKindsArePossible(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	addr := serve(t, newSource(t, identity(ca, bob)))
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, opt := range map[string]stepcatest.Option{
		"P-384":         stepcatest.Key(crypto.Signer(p384)),
		"RSA-2048":      stepcatest.RSA(2048),
		"three times":   stepcatest.Pad(ca.Intermediate, ca.Root, ca.Root),
		"many names":    stepcatest.ManyNames(50),
		"long issuer":   stepcatest.DNSNames(strings.Repeat("a", 1000)),
		"as it is made": func() stepcatest.Option { return stepcatest.CommonName(alice.String()) }(),
	} {
		t.Run(name, func(t *testing.T) {
			client := newSource(t, identity(ca, alice, opt))
			if status, _, err := get(t, newTransport(t, client, bob), addr); err != nil || status != http.StatusOK {
				t.Fatalf("%d %v", status, err)
			}
		})
	}
}

// The byte limit ends with the handshake.
func TestLargeBodiesPassAfterTheHandshake(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	addr := serve(t, newSource(t, identity(ca, bob)))
	tr := newTransport(t, newSource(t, identity(ca, alice)), bob)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+addr+"/", bytes.NewReader(make([]byte, 200<<10)))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := tr.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status)
	}
}

func TestListenerCloseEndsHandshakes(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	seen := newRejects()
	ln := newSource(t, identity(stepcatest.NewCA(t, nil), bob), seen.hook).Listen(inner)
	var conns []net.Conn
	for range 20 {
		conn, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conns = append(conns, conn)
	}
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := ln.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept after Close: %v", err)
	}
	for _, conn := range conns {
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := conn.Read(make([]byte, 1)); err == nil || errTimeout(err) != nil {
			t.Fatalf("a half-open connection outlived the listener: %v", err)
		}
	}
	seen.none(t)
}

// A listener that fails tells its caller, who may wait and go on, as
// http.Server does when there are too many open files.
func TestListenerPassesErrorsOn(t *testing.T) {
	fault := errors.New("too many open files")
	inner := &brokenListener{errs: make(chan error, 1), closed: make(chan struct{})}
	ln := newSource(t, identity(stepcatest.NewCA(t, nil), bob)).Listen(inner)
	inner.errs <- fault
	if _, err := ln.Accept(); !errors.Is(err, fault) {
		t.Errorf("got %v", err)
	}
	if err := ln.Close(); err != nil {
		t.Error(err)
	}
}

type brokenListener struct {
	errs   chan error
	closed chan struct{}
}

func (l *brokenListener) Accept() (net.Conn, error) {
	select {
	case err := <-l.errs:
		return nil, err
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *brokenListener) Close() error   { close(l.closed); return nil }
func (l *brokenListener) Addr() net.Addr { return &net.TCPAddr{} }

// Both protocols are spoken through one listener, and the client chooses.
func TestApplicationProtocols(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	addr := serve(t, newSource(t, identity(ca, bob)))
	client := newSource(t, identity(ca, alice))
	for name, tt := range map[string]struct {
		offer []string
		want  string
	}{
		"ours":      {nil, "HTTP/1.1"},
		"h2":        {[]string{"h2"}, "HTTP/2.0"},
		"both":      {[]string{"http/1.1", "h2"}, "HTTP/2.0"},
		"http/1.1":  {[]string{"http/1.1"}, "HTTP/1.1"},
		"no offers": {[]string{}, "HTTP/1.1"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := client.ClientConfig(bob)
			if tt.offer != nil {
				cfg.NextProtos = tt.offer
			}
			tr := &http.Transport{TLSClientConfig: cfg, Protocols: new(http.Protocols)}
			tr.Protocols.SetHTTP1(true)
			tr.Protocols.SetHTTP2(tt.want == "HTTP/2.0")
			defer tr.CloseIdleConnections()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+addr+"/", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := tr.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if resp.Proto != tt.want || resp.StatusCode != http.StatusOK {
				t.Errorf("%s %s, want %s", resp.Proto, resp.Status, tt.want)
			}
		})
	}
}
