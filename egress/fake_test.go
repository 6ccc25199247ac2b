package egress_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/egress"
	"github.com/getbindu/bindu-go/egress/pins"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/server"
	"github.com/getbindu/bindu-go/transport/mtls"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) }

const (
	issuer = "http://127.0.0.1:4444"
	secret = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
	token  = "the-token-of-the-agent"
)

// agent is a peer of this runtime on the wire, over mutual TLS: its card is signed, it wants
// each request signed for itself, and it signs its answers where that is demanded.
type agent struct {
	did  did.DID
	key  *did.KeyPair
	url  string
	card string
	doc  string
	// answer is what it says; change is somebody between who changes it.
	answer func(w http.ResponseWriter, r *http.Request, body []byte)
	change func(h http.Header, body string) (http.Header, string)
	// tls is what it presents.
	server *httptest.Server

	mu  sync.Mutex
	got []asked
}

// asked is a request as the agent received it.
type asked struct {
	method, target string
	header         http.Header
	body           string
	proto          int
	wrong          error // with its signature
}

func newKey(t testing.TB) *did.KeyPair {
	t.Helper()
	k, err := did.GenerateKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func nameOf(t testing.TB, name string, k *did.KeyPair) did.DID {
	t.Helper()
	d, err := did.FromPublicKey("ada@example.com", name, k.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func newSource(t testing.TB, ca *stepcatest.CA, d did.DID) *mtls.Source {
	t.Helper()
	s, err := mtls.NewSource(
		&mtls.Identity{Certificate: ca.Issue(issuer, d.String()), Roots: ca.Roots()},
		mtls.SourceConfig{Issuer: issuer, RequireClientCert: true},
	)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// newAgent starts an agent.
func newAgent(t testing.TB, ca *stepcatest.CA, name string) *agent {
	t.Helper()
	k := newKey(t)
	a := &agent{key: k, did: nameOf(t, name, k), answer: echo}
	a.server = httptest.NewUnstartedServer(a)
	a.server.TLS = newSource(t, ca, a.did).ServerConfig()
	a.server.EnableHTTP2 = true
	a.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	a.server.StartTLS()
	t.Cleanup(a.server.Close)
	a.url = a.server.URL
	a.describe(t, "1")
	return a
}

// describe makes card and document of what the agent is now.
func (a *agent) describe(t testing.TB, version string) {
	t.Helper()
	assertion, err := a.key.Assertion()
	if err != nil {
		t.Fatal(err)
	}
	made, err := card.New(card.Config{Name: "critic", Version: version, URL: a.url + "/", DID: a.did, Key: assertion, KeyBound: true, MutualTLS: true, Token: true})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := did.NewDocument(a.did, a.key, time.Time{}, a.url)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.card, a.doc = string(made.V1()), string(raw)
}

// echo answers a JSON-RPC request with its body.
func echo(w http.ResponseWriter, _ *http.Request, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"jsonrpc":"2.0","id":"1","result":{"heard":%q}}`, body)
}

func (a *agent) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	a.mu.Lock()
	cardNow, doc, answer, change := a.card, a.doc, a.answer, a.change
	a.mu.Unlock()
	switch r.URL.Path {
	case card.Path:
		io.WriteString(w, cardNow)
		return
	case did.PathDocument:
		io.WriteString(w, doc)
		return
	}
	a.note(r, body)
	if demanded, _ := signature.Demanded(r.Header); !demanded {
		answer(w, r, body)
		return
	}
	if r.Header.Get("Accept") == "text/event-stream" {
		a.stream(w, r, answer, body)
		return
	}
	made := httptest.NewRecorder()
	answer(made, r, body)
	h, text := a.sign(r, made), made.Body.String()
	if change != nil {
		h, text = change(h, text)
	}
	for name, values := range h {
		w.Header()[name] = values
	}
	w.WriteHeader(made.Code)
	io.WriteString(w, text)
}

func (a *agent) sign(r *http.Request, made *httptest.ResponseRecorder) http.Header {
	h := made.Header()
	b, err := signature.BindingOf(r.Header, a.did)
	if err != nil {
		return h
	}
	answer := signature.Answer{
		Binding: b, Status: made.Code, ContentType: h.Get("Content-Type"), Body: made.Body.Bytes(), Timestamp: time.Now().Unix(),
	}
	if !grpcframe.SaysGRPC(answer.ContentType) {
		_ = signature.SignAnswer(a.key, answer, h)
		return h
	}
	said, prefix := made.Header(), ""
	if h.Get(grpcframe.StatusHeader) == "" {
		said, prefix = http.Header{grpcframe.StatusHeader: h[http.TrailerPrefix+grpcframe.StatusHeader]}, http.TrailerPrefix
	}
	if status, err := signature.ReadGRPCStatus(said); err == nil {
		answer.GRPC = &status
		proof := make(http.Header)
		_ = signature.SignAnswer(a.key, answer, proof)
		for name, values := range proof {
			h[prefix+name] = values
		}
	}
	return h
}

// stream answers with events, each of which answer writes at once, and signs them.
func (a *agent) stream(w http.ResponseWriter, r *http.Request, answer func(http.ResponseWriter, *http.Request, []byte), body []byte) {
	b, err := signature.BindingOf(r.Header, a.did)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	events := signature.NewEventSigner(a.key, b)
	w.Header().Set("Content-Type", "text/event-stream")
	events.Announce(w.Header())
	answer(&eventWriter{ResponseWriter: w, events: events}, r, body)
	end, _ := events.AppendEnd(nil, time.Now().Unix())
	w.Write(end)
}

// eventWriter makes an event of each piece of data.
type eventWriter struct {
	http.ResponseWriter
	events *signature.EventSigner
}

func (w *eventWriter) Write(data []byte) (int, error) {
	block := fmt.Appendf(nil, "data: %s\n", data)
	block, _ = w.events.AppendEvent(block, "", data, time.Now().Unix())
	_, err := w.ResponseWriter.Write(append(block, '\n'))
	_ = http.NewResponseController(w.ResponseWriter).Flush()
	return len(data), err
}

// note keeps a request, and how its signature stands.
func (a *agent) note(r *http.Request, body []byte) {
	q := asked{r.Method, r.URL.RequestURI(), r.Header.Clone(), string(body), r.ProtoMajor, nil}
	claim, err := signature.Read(r.Header, signature.Recipient{DID: a.did, Method: r.Method, Target: q.target, ContentType: r.Header.Get("Content-Type")})
	if q.wrong = err; err == nil {
		_, q.wrong = claim.Verify(callerKey.PublicKey(), body)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.got = append(a.got, q)
}

func (a *agent) set(f func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f()
}

func (a *agent) requests() []asked {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]asked(nil), a.got...)
}

// callerKey is that of the agent behind the port, of every test.
var callerKey = func() *did.KeyPair {
	k, err := did.KeyPairFromSeed(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		panic(err)
	}
	return k
}()

// local is a port for local programs.
type local struct {
	url    string // http://127.0.0.1:PORT
	egress *egress.Egress
	peers  *egress.Peers
	file   string
	pins   *pins.Store
	rec    *recorder
}

type recorder struct {
	mu  sync.Mutex
	all []audit.Event
}

func (r *recorder) Record(_ context.Context, e audit.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, e)
}

func (r *recorder) events() []audit.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]audit.Event(nil), r.all...)
}

// limits are generous.
func limits() egress.Limits {
	return egress.Limits{Requests: 16, BodyBytes: 64 << 10, Find: 20 * time.Second, Answer: time.Minute, Silence: time.Minute, Fresh: time.Minute}
}

// open opens a port through which the peers of a file can be called.
func open(t testing.TB, ca *stepcatest.CA, file string, change ...func(*egress.Config)) *local {
	t.Helper()
	l := &local{file: filepath.Join(t.TempDir(), "peers.yaml"), rec: &recorder{}}
	l.list(t, file)
	var err error
	if l.peers, err = egress.OpenPeers(l.file, false); err != nil {
		t.Fatal(err)
	}
	self := nameOf(t, "poet", callerKey)
	client, err := peer.New(peer.Config{
		DID: self, Key: callerKey, DialTimeout: 20 * time.Second, RequestTimeout: time.Minute,
		Token: func(context.Context) (string, error) { return token, nil }, Source: newSource(t, ca, self),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	path := t.TempDir()
	if err := os.Chmod(path, 0o700); err != nil {
		t.Fatal(err)
	}
	dir, err := safefile.OpenDir(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if l.pins, err = pins.Open(dir); err != nil {
		t.Fatal(err)
	}
	cfg := egress.Config{Client: client, Peers: l.peers, Pins: l.pins, Recorder: l.rec, Limits: limits()}
	for _, f := range change {
		f(&cfg)
	}
	if l.egress, err = egress.New(cfg); err != nil {
		t.Fatal(err)
	}
	l.url = serve(t, l.egress.Port(secret))
	return l
}

func (l *local) list(t testing.TB, lines string) {
	t.Helper()
	if err := os.WriteFile(l.file, []byte("peers:\n"+lines), 0o600); err != nil {
		t.Fatal(err)
	}
}

// serve serves a handler as an agent does.
func serve(t testing.TB, h http.Handler) string {
	t.Helper()
	ln := listen(t)
	s, err := server.Start(server.Config{
		Listener: ln, Handler: h, HTTP2: true,
		Limits:   server.Limits{Connections: 100, ConnectionsPerPeer: 100, HeaderBytes: 32 << 10, Resets: 100},
		Timeouts: server.Timeouts{Header: 30 * time.Second, Body: 30 * time.Second, Write: 30 * time.Second, Idle: time.Minute},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		s.Shutdown(ctx)
	})
	return "http://" + ln.Addr().String()
}

func entry(name string, a *agent) string { return fmt.Sprintf("  %s: {url: %q}\n", name, a.url) }

// reply is what a local program gets.
type reply struct {
	status int
	header http.Header
	body   string
}

// word is that of a refusal, in whatever form.
func (r reply) word() string {
	_, rest, ok := strings.Cut(r.body, `"reason":"`)
	if strings.Contains(r.body, "ErrorInfo") {
		_, rest, ok = strings.Cut(r.body, `"metadata":{"reason":"`)
	}
	if !ok {
		return ""
	}
	word, _, _ := strings.Cut(rest, `"`)
	return word
}

// do sends a request of a local program, with the secret unless it has one.
func do(t testing.TB, method, url, body string, headers ...string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set(egress.HeaderSecret, secret)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			req.Host = value
			continue
		}
		if value == "" {
			req.Header.Del(name)
			continue
		}
		req.Header.Add(name, value)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%v after %q", err, got)
	}
	return reply{resp.StatusCode, resp.Header, string(got)}
}
