package peer_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// A dependency of smallstep's types, which the CA of the tests answers with,
// starts a goroutine when it is loaded.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) }

const (
	issuer = "http://127.0.0.1:4444"
	poet   = "did:bindu:ada_at_example_com:poet:11111111-2222-3333-4444-555555555555"
	critic = "did:bindu:ada_at_example_com:critic:66666666-7777-8888-9999-000000000000"
	clerk  = "did:bindu:ada_at_example_com:clerk:aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
)

func parse(t testing.TB, s string) did.DID {
	t.Helper()
	d, err := did.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func newKey(t testing.TB) *did.KeyPair {
	t.Helper()
	k, err := did.GenerateKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// newSource makes what an agent proves itself with.
func newSource(t testing.TB, ca *stepcatest.CA, name string) *mtls.Source {
	t.Helper()
	s, err := mtls.NewSource(
		&mtls.Identity{Certificate: ca.Issue(issuer, name), Roots: ca.Roots()},
		mtls.SourceConfig{Issuer: issuer, RequireClientCert: true},
	)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// newClient calls as the poet.
func newClient(t testing.TB, ca *stepcatest.CA, key *did.KeyPair, change ...func(*peer.Config)) *peer.Client {
	t.Helper()
	cfg := peer.Config{
		DID: parse(t, poet), Key: key, DialTimeout: 10 * time.Second, RequestTimeout: 30 * time.Second,
		Token:  func(context.Context) (string, error) { return "the-token", nil },
		Source: newSource(t, ca, poet),
	}
	for _, f := range change {
		f(&cfg)
	}
	c, err := peer.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// seen is a request as an agent received it.
type seen struct {
	method, target string
	header         http.Header
	body           []byte
	at             time.Time
}

// rpc is the body of a request.
type rpc struct {
	ID     string          `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

func (s seen) rpc(t testing.TB) rpc {
	t.Helper()
	var r rpc
	if err := json.Unmarshal(s.body, &r); err != nil {
		t.Fatalf("not a JSON-RPC request: %v: %s", err, s.body)
	}
	return r
}

// signedFor verifies the signature as the agent self does, and returns the scheme.
func (s seen) signedFor(t testing.TB, self string, key *did.KeyPair) (signature.Scheme, error) {
	t.Helper()
	header := s.header.Clone()
	header.Del(signature.HeaderAudience) // whoever relays a request leaves it out
	claim, err := signature.Read(header, signature.Recipient{
		DID: parse(t, self), Method: s.method, Target: s.target, ContentType: s.header.Get("Content-Type"),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = claim.Verify(key.PublicKey(), s.body)
	return claim.Scheme, err
}

// record keeps what arrives before next answers.
type record struct {
	next http.Handler
	mu   sync.Mutex
	all  []seen
}

func (h *record) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	h.mu.Lock()
	h.all = append(h.all, seen{r.Method, r.URL.RequestURI(), r.Header.Clone(), body, time.Now()})
	h.mu.Unlock()
	r.Body = io.NopCloser(newReader(body))
	h.next.ServeHTTP(w, r)
}

func (h *record) requests() []seen {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]seen(nil), h.all...)
}

// calls returns the requests that were not for a card.
func (h *record) calls() []seen {
	var calls []seen
	for _, s := range h.requests() {
		if s.method == http.MethodPost {
			calls = append(calls, s)
		}
	}
	return calls
}

// serve runs an agent over mutual TLS and returns its address.
func serve(t testing.TB, ca *stepcatest.CA, name string, h http.Handler) (string, *record) {
	t.Helper()
	rec := &record{next: h}
	return serveAs(t, newSource(t, ca, name), rec), rec
}

// serveAs runs an agent that presents what source has.
func serveAs(t testing.TB, source *mtls.Source, h http.Handler) string {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	server.TLS = source.ServerConfig()
	server.Config.ErrorLog = quiet()
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}
