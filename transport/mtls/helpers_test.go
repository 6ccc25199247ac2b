package mtls_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// TestMain checks for leaked goroutines. One is started by the mere import of
// smallstep's client (through its database drivers) and flushes a log nobody writes.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

const issuer = "https://issuer.test"

var (
	alice = mustDID("did:bindu:ops_at_example_com:alice:139e3940-e64b-5491-7220-88d9a0d74162")
	bob   = mustDID("did:bindu:ops_at_example_com:bob:239e3940-e64b-5491-7220-88d9a0d74162")
	carol = mustDID("did:bindu:ops_at_example_com:carol:339e3940-e64b-5491-7220-88d9a0d74162")
)

func mustDID(s string) did.DID {
	d, err := did.Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// clock is a wall clock that tests move by hand.
type clock struct {
	mu     sync.Mutex
	offset time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset)
}

func (c *clock) Step(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
}

func identity(ca *stepcatest.CA, d did.DID, opts ...stepcatest.Option) *mtls.Identity {
	return &mtls.Identity{Certificate: ca.Issue(issuer, d.String(), opts...), Roots: ca.Roots()}
}

func newSource(t testing.TB, id *mtls.Identity, change ...func(*mtls.SourceConfig)) *mtls.Source {
	t.Helper()
	cfg := mtls.SourceConfig{Issuer: issuer, RequireClientCert: true}
	for _, c := range change {
		c(&cfg)
	}
	source, err := mtls.NewSource(id, cfg)
	if err != nil {
		t.Fatalf("NewSource: %v", err)
	}
	return source
}

// rejects records what OnReject is told.
type rejects struct{ ch chan reject }

type reject struct {
	reason string
	remote string
	err    error
}

func newRejects() *rejects { return &rejects{ch: make(chan reject, 1000)} }

func (r *rejects) hook(cfg *mtls.SourceConfig) {
	cfg.OnReject = func(reason, remote string, err error) { r.ch <- reject{reason, remote, err} }
}

func (r *rejects) next(t testing.TB) reject {
	t.Helper()
	select {
	case got := <-r.ch:
		if _, err := netip.ParseAddrPort(got.remote); err != nil {
			t.Errorf("the refusal has no address: %v", err)
		}
		return got
	case <-time.After(5 * time.Second):
		t.Fatal("OnReject was not called")
		return reject{}
	}
}

func (r *rejects) none(t testing.TB) {
	t.Helper()
	select {
	case got := <-r.ch:
		t.Fatalf("unexpected refusal %s: %v", got.reason, got.err)
	default:
	}
}

// serve runs an HTTPS server whose answer is the DID of the caller.
func serve(t testing.TB, source *mtls.Source) string {
	t.Helper()
	return serveIssuer(t, source, issuer)
}

func serveIssuer(t testing.TB, source *mtls.Source, issuer string) string {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln := source.Listen(inner)
	server := &http.Server{
		ReadHeaderTimeout: 5 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			peer, err := mtls.PeerDID(r.TLS, issuer)
			if err != nil {
				http.Error(w, mtls.Reason(err), http.StatusForbidden)
				return
			}
			if err := source.CheckPeer(r.TLS); err != nil {
				w.Header().Set("Connection", "close")
				http.Error(w, mtls.Reason(err), http.StatusUnauthorized)
				return
			}
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				http.Error(w, "body", http.StatusBadRequest)
				return
			}
			_, _ = io.WriteString(w, peer.String())
		}),
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("Serve: %v", err)
		}
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return ln.Addr().String()
}

// get sends one request and returns status and body.
func get(t testing.TB, rt http.RoundTripper, addr string) (int, string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+addr+"/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

func newTransport(t testing.TB, source *mtls.Source, peer did.DID) *mtls.Transport {
	t.Helper()
	tr := source.NewTransport(peer, nil)
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}

// attempt dials with a hostile configuration and reads, because a TLS 1.3
// client learns of a refusal only then. It returns what ended it.
func attempt(t testing.TB, addr string, cfg *tls.Config) error {
	t.Helper()
	raw, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	if err := raw.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	conn := tls.Client(raw, cfg)
	if err := conn.Handshake(); err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 1))
	return err
}

// alertOf returns the alert the server sent, 0 when the connection ended otherwise.
func alertOf(err error) uint8 {
	op, ok := errors.AsType[*net.OpError](err)
	if !ok || op.Op != "remote error" {
		return 0
	}
	// crypto/tls keeps its alert type to itself; its text is that of AlertError.
	for code := range uint8(255) {
		if tls.AlertError(code).Error() == op.Err.Error() {
			return code
		}
	}
	return 0
}

// Alerts (RFC 8446, section 6.2).
const (
	alertBadCertificate     = 42
	alertCertificateExpired = 45
	alertUnknownCA          = 48
	alertProtocolVersion    = 70
	alertInternal           = 80
	alertCertRequired       = 116
	alertNoProtocol         = 120
)
