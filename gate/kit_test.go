package gate_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/oauth"
)

const testIssuer = "http://127.0.0.1:4444"

var testNow = time.Unix(1_800_000_000, 0)

// testPermissions are those of the methods that an agent serves.
func testPermissions() gate.Permissions { return a2a.Permissions() }

// bench is a chain in front of counting fakes: each stage says how often it ran.
type bench struct {
	t      testing.TB
	chain  *gate.Chain
	self   did.DID
	caller did.DID
	key    *did.KeyPair

	claims    oauth.Claims
	tokenErr  error
	keyErr    error
	publicKey ed25519.PublicKey
	policyErr error
	callerErr error // of the policy, before the body
	handler   http.HandlerFunc

	mu     sync.Mutex
	ran    map[string]int
	events []audit.Event
	served []byte
	got    identity.Caller
	header http.Header
	judged gate.Request
}

func (b *bench) count(stage string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ran[stage]++
}

func (b *bench) Verify(_ context.Context, token string) (oauth.Claims, error) {
	b.count("token")
	if token != "good-token" {
		return oauth.Claims{}, oauth.ErrInactive
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.claims, b.tokenErr
}

func (b *bench) PublicKey(_ context.Context, d did.DID) (ed25519.PublicKey, error) {
	b.count("key")
	return b.publicKey, b.keyErr
}

func (b *bench) Record(_ context.Context, e audit.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, e)
}

func (b *bench) Decide(_ context.Context, _ identity.Caller, r gate.Request) (func(), error) {
	b.count("policy")
	b.set(func() { b.judged = r })
	return func() { b.count("policy released") }, b.policyErr
}

func (b *bench) RefuseCaller(_ context.Context, c identity.Caller) error {
	b.count("caller")
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ran["key"] == 0 && (c.KeyBound || c.Scheme != "") {
		b.t.Error("the policy is told what nobody has proved yet")
	}
	return b.callerErr
}

type countingReplay struct {
	*bench
	gate.ReplayStore
}

func (c countingReplay) Use(ctx context.Context, d did.DID, key string, expires time.Time) error {
	c.count("replay")
	return c.ReplayStore.Use(ctx, d, key, expires)
}

func (b *bench) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.count("handler")
	b.served, _ = io.ReadAll(r.Body)
	b.got, _ = identity.CallerFromContext(r.Context())
	b.header = r.Header
	if b.handler != nil {
		b.handler(w, r)
		return
	}
	w.WriteHeader(http.StatusOK)
}

func mustDID(t testing.TB, s string) did.DID {
	t.Helper()
	d, err := did.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func newBench(t testing.TB, configure ...func(*gate.Config)) *bench {
	t.Helper()
	key, err := did.KeyPairFromSeed(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{
		t: t, self: mustDID(t, "did:bindu:ops:server:1"), caller: mustDID(t, "did:bindu:ops:caller:2"),
		key: key, publicKey: key.PublicKey(), ran: map[string]int{},
	}
	b.claims = oauth.Claims{
		Issuer: testIssuer, ClientID: b.caller.String(), DID: b.caller.String(),
		Scopes: []string{"agent:read", "agent:write"}, ExpiresAt: testNow.Add(time.Hour),
	}
	now := func() time.Time { return testNow }
	cfg := gate.Config{
		Self: b.self, Issuer: testIssuer, Tokens: b, Keys: b, Policy: b, Recorder: b, Now: now, Rand: rand.Reader,
		Replay: countingReplay{b, replay.NewMemory(now, 0, 1_000_000)},
		Public: map[string]gate.Route{"/health": {Methods: []string{"GET"}, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			b.count("public")
			fmt.Fprint(w, "public")
		})}},
		Protected: map[string]gate.Route{
			"/":      {Methods: []string{"POST"}, Handler: b, Unbound: true},
			"/bound": {Methods: []string{"POST", "DELETE"}, Handler: b},
		},
		Permissions: testPermissions(),
	}
	for _, c := range configure {
		c(&cfg)
	}
	b.chain, err = gate.New(gate.Whole(cfg))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// connection is what TLS would report of a verified client certificate.
func connection(t testing.TB, change func(*x509.Certificate), uris ...string) *tls.ConnectionState {
	t.Helper()
	_, signer, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(0xabc), NotBefore: testNow.Add(-time.Hour), NotAfter: testNow.Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	for _, u := range uris {
		parsed, err := url.Parse(u)
		if err != nil {
			t.Fatal(err)
		}
		template.URIs = append(template.URIs, parsed)
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, signer.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.ConnectionState{PeerCertificates: []*x509.Certificate{leaf}, VerifiedChains: [][]*x509.Certificate{{leaf}}}
}

// settingName is what the name of a setting looks like.
var settingName = regexp.MustCompile(`[A-Z]{2,}__[A-Z]{2,}`)

const testBody = `{"jsonrpc":"2.0","id":"7","method":"SendMessage","params":{"x": 1}}`

// request is a request that passes every gate; a test changes one thing of it.
func (b *bench) request(scheme signature.Scheme, body string) *http.Request {
	b.t.Helper()
	r := httptest.NewRequest("POST", "https://agent.test/", strings.NewReader(body))
	r.RequestURI = "/"
	r.TLS = connection(b.t, nil, testIssuer+"#"+b.caller.String())
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer good-token")
	b.sign(r, scheme, body, testNow.Unix())
	return r
}

func (b *bench) sign(r *http.Request, scheme signature.Scheme, body string, stamp int64) {
	b.t.Helper()
	h, err := signature.SignHeader(b.key, scheme, signature.Request{
		DID: b.caller, Timestamp: stamp, Body: []byte(body), Audience: b.self,
		Method: r.Method, Target: r.URL.RequestURI(), ContentType: r.Header.Get("Content-Type"),
	}, rand.Reader)
	if err != nil {
		b.t.Fatal(err)
	}
	h.Del(signature.HeaderAudience) // it may be left out, and few tests need it
	for _, name := range signature.HeaderNames() {
		r.Header.Del(name)
	}
	maps.Copy(r.Header, h)
}

type refusal struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Error   struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Data    struct {
			Reason, Gate, RequestID, Hint string
		} `json:"data"`
	} `json:"error"`
}

func (b *bench) do(r *http.Request) (*httptest.ResponseRecorder, refusal) {
	b.t.Helper()
	w := httptest.NewRecorder()
	b.chain.ServeHTTP(w, r)
	var answer refusal
	if w.Body.Len() > 0 && strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			b.t.Fatalf("answer %q: %v", w.Body.String(), err)
		}
		if settingName.MatchString(answer.Error.Data.Hint) {
			b.t.Errorf("a stranger reads the name of a setting: %s", w.Body)
		}
	}
	return w, answer
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func checkStages(t *testing.T, b *bench, want string) {
	t.Helper()
	var ran []string
	for _, stage := range []string{"token", "caller", "key", "replay", "policy", "handler", "public"} {
		if b.ran[stage] > 1 {
			t.Errorf("%s ran %d times", stage, b.ran[stage])
		}
		if b.ran[stage] > 0 {
			ran = append(ran, stage)
		}
	}
	if got := strings.Join(ran, " "); got != want {
		t.Errorf("ran %q, want %q", got, want)
	}
}

func checkRefusalShape(t *testing.T, w *httptest.ResponseRecorder, got refusal) {
	t.Helper()
	h := w.Header()
	if got.JSONRPC != "2.0" || got.Error.Data.Hint == "" || got.Error.Message == "" || got.Error.Data.RequestID == "" ||
		h.Get("X-Request-Id") != got.Error.Data.RequestID || h.Get("Cache-Control") != "no-store" {
		t.Errorf("shape: %v %s", h, w.Body)
	}
	if (w.Code == 401) != (h.Get("WWW-Authenticate") != "" && w.Code != 403) {
		t.Errorf("WWW-Authenticate %q with %d", h.Get("WWW-Authenticate"), w.Code)
	}
	if (w.Code == 503 || w.Code == 429) != (h.Get("Retry-After") != "") {
		t.Errorf("Retry-After %q with %d", h.Get("Retry-After"), w.Code)
	}
	if (w.Code == 405) != (h.Get("Allow") != "") {
		t.Errorf("Allow %q with %d", h.Get("Allow"), w.Code)
	}
	if strings.Contains(w.Body.String(), "good-token") {
		t.Error("the answer holds the token")
	}
}
