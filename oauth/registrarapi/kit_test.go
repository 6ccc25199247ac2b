package registrarapi_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/oauth/registrarapi"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
	"github.com/getbindu/bindu-go/registrar/sqlite"
	"github.com/getbindu/bindu-go/transport/mtls"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

const issuer = "https://issuer.test"

// world is a registrar on the network, with an agent that asks it.
type world struct {
	*registrartest.Fixture
	agent registrartest.Agent
	self  registrartest.Agent // the registrar's
	url   string
	http  *http.Client
	ahead time.Duration // of the agent's clock
}

// newWorld serves the real registrar over TLS. change may change its configuration.
func newWorld(t *testing.T, change func(*registrar.Config)) *world {
	t.Helper()
	dir, err := safefile.OpenDir(filepath.Join(t.TempDir(), "registrar"), nil)
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{Fixture: registrartest.NewFixture(t, store, change), self: registrartest.NewAgent(t, "registrar"), agent: registrartest.NewAgent(t, "alice")}
	w.url, w.http = serve(t, w.Registrar, w.self.DID)
	return w
}

// serve serves a handler as that DID, and returns an HTTP client that wants it to be.
func serve(t *testing.T, h http.Handler, self did.DID) (url string, client *http.Client) {
	t.Helper()
	ca := stepcatest.NewCA(t, time.Now)
	return serveAs(t, h, ca.Issue(issuer, self.String())), dialler(t, ca.Pool(), self)
}

func serveAs(t *testing.T, h http.Handler, shows tls.Certificate) (url string) {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	server.EnableHTTP2 = true
	server.TLS = &tls.Config{Certificates: []tls.Certificate{shows}, MinVersion: tls.VersionTLS13}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

// dialler returns an HTTP client that speaks to self alone.
func dialler(t *testing.T, roots *x509.CertPool, self did.DID) *http.Client {
	t.Helper()
	transport := fetch.NewTransport(mtls.UncertifiedConfig(self, issuer, func() *x509.CertPool { return roots }, time.Now))
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// client asks the world's registrar as an agent.
func (w *world) client(a registrartest.Agent) *registrarapi.Client {
	w.Helper()
	return newClient(w, registrarapi.Config{
		URL: w.url, Registrar: w.self.DID, DID: a.DID, Key: a.Key, HTTPClient: w.http,
		Now: func() time.Time { return w.Clock.Now().Add(w.ahead) },
	})
}

func newClient(t testing.TB, cfg registrarapi.Config) *registrarapi.Client {
	t.Helper()
	cfg.Timeout = time.Minute
	c, err := registrarapi.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
