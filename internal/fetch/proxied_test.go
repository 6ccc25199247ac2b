package fetch_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/getbindu/bindu-go/internal/fetch"
)

// connectProxy is a proxy that notes what it is asked to connect to and refuses.
type connectProxy struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func newConnectProxy(t *testing.T) *connectProxy {
	p := &connectProxy{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.asked = append(p.asked, r.Method+" "+r.Host)
		w.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *connectProxy) seen() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.asked, ",")
}

func TestProxyIsAskedAndItsRefusalNamed(t *testing.T) {
	proxy := newConnectProxy(t)
	environment(t, proxy.URL, "")
	transport := fetch.NewTransport(nil)
	defer transport.CloseIdleConnections()
	_, err := (&http.Client{Transport: fetch.Explain(transport)}).Get("https://issuer.example/keys")
	described, ok := errors.AsType[*fetch.Error](err)
	if !ok || described.Kind != fetch.ViaProxy || !strings.Contains(err.Error(), "answered CONNECT with status 403") || !strings.Contains(err.Error(), "NO_PROXY") {
		t.Errorf("%v", err)
	}
	if proxy.seen() != "CONNECT issuer.example:443" {
		t.Errorf("the proxy was asked for %q", proxy.seen())
	}
}

func TestProxyThatDoesNotAnswerIsNamed(t *testing.T) {
	environment(t, "http://"+closedPort(t), "")
	transport := fetch.NewTransport(nil)
	defer transport.CloseIdleConnections()
	_, err := (&http.Client{Transport: fetch.Explain(transport)}).Get("https://issuer.example/keys")
	if described, ok := errors.AsType[*fetch.Error](err); !ok || described.Kind != fetch.ViaProxy || !strings.Contains(err.Error(), "(refused)") {
		t.Errorf("%v", err)
	}
}

func TestLoopbackNeverGoesToAProxy(t *testing.T) {
	proxy := newConnectProxy(t)
	environment(t, proxy.URL, "")
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	transport := fetch.NewTransport(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12})
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: fetch.Explain(transport)}).Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if proxy.seen() != "" {
		t.Errorf("the proxy was asked for %q", proxy.seen())
	}
}
