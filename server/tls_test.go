package server

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// handshaken hands on connections whose handshake is done.
type handshaken struct {
	net.Listener
	config *tls.Config
}

func (l handshaken) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	conn := tls.Server(c, l.config)
	if err := conn.Handshake(); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// Over TLS a client chooses HTTP/2 by ALPN, and the handler sees what TLS proved,
// although net/http does not; without TLS nobody speaks HTTP/2.
func TestHandlersSeeTheTLSOfTheirConnection(t *testing.T) {
	authority := httptest.NewTLSServer(nil) // for its certificate
	authority.Close()
	roots := x509.NewCertPool()
	roots.AddCert(authority.Certificate())
	shows := func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.ProtoMajor)
		if r.TLS != nil {
			fmt.Fprint(w, " over TLS ", r.TLS.NegotiatedProtocol)
		}
	}
	for name, tt := range map[string]struct {
		secure bool
		speaks func(*http.Protocols)
		want   string
	}{
		"HTTP/2":                 {true, func(p *http.Protocols) { p.SetHTTP2(true) }, "2 over TLS h2"},
		"HTTP/1":                 {true, func(p *http.Protocols) { p.SetHTTP1(true) }, "1 over TLS "},
		"HTTP/1 without TLS":     {false, func(p *http.Protocols) { p.SetHTTP1(true) }, "1"},
		"HTTP/2 that is not had": {false, func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := plain(t, shows)
			scheme := "http"
			if tt.secure {
				scheme, c.Limits.Resets = "https", 1
				c.TLS = func(ln net.Listener) net.Listener {
					return handshaken{ln, &tls.Config{Certificates: authority.TLS.Certificates, NextProtos: []string{"h2", "http/1.1"}}}
				}
			}
			served(t, c)
			transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "example.com"}, Protocols: new(http.Protocols)}
			defer transport.CloseIdleConnections()
			tt.speaks(transport.Protocols)
			resp, err := (&http.Client{Transport: transport}).Get(scheme + "://" + c.Listener.Addr().String())
			if err != nil {
				if tt.want != "" {
					t.Fatal(err)
				}
				return
			}
			defer resp.Body.Close()
			if got, err := io.ReadAll(resp.Body); err != nil || string(got) != tt.want {
				t.Errorf("%q, %v; want %q", got, err, tt.want)
			}
		})
	}
}
