package mtls_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// load sends requests from several goroutines until stopped, and counts.
type load struct {
	wg       sync.WaitGroup
	stop     chan struct{}
	success  chan struct{}
	ok       atomic.Int64
	mu       sync.Mutex
	failures []string
}

func startLoad(t *testing.T, addr string, workers int, rt func() http.RoundTripper) *load {
	l := &load{stop: make(chan struct{}), success: make(chan struct{})}
	for range workers {
		l.wg.Go(func() {
			for {
				select {
				case <-l.stop:
					return
				default:
				}
				status, body, err := get(t, rt(), addr)
				if err == nil && status == http.StatusOK {
					l.ok.Add(1)
					select {
					case l.success <- struct{}{}:
					default:
					}
					continue
				}
				l.mu.Lock()
				l.failures = append(l.failures, http.StatusText(status)+" "+body+" "+errorText(err))
				l.mu.Unlock()
			}
		})
	}
	return l
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// await returns after n more requests, or when the load has come to a stop.
func (l *load) await(t *testing.T, n int) {
	t.Helper()
	for range n {
		select {
		case <-l.success:
		case <-time.After(10 * time.Second):
			t.Fatal("no request succeeds any more")
		}
	}
}

func (l *load) finish(t *testing.T) {
	t.Helper()
	close(l.stop)
	l.wg.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, f := range l.failures {
		if i == 5 {
			break
		}
		t.Error(f)
	}
	if len(l.failures) > 0 || l.ok.Load() == 0 {
		t.Errorf("%d requests succeeded, %d failed", l.ok.Load(), len(l.failures))
	}
}

// Thirty rotations on both sides, with certificates that live four seconds
// of a clock that gains one with each, on connections that are kept and on new
// ones: nobody notices.
func TestRotationUnderLoad(t *testing.T) {
	wall := &clock{}
	ca := stepcatest.NewCA(t, wall.Now)
	short := stepcatest.Valid(-time.Minute, 4*time.Second)
	timed := func(c *mtls.SourceConfig) { c.Now = wall.Now }
	server, client := newSource(t, identity(ca, bob, short), timed), newSource(t, identity(ca, alice, short), timed)
	addr := serve(t, server)
	kept := newTransport(t, client, bob)
	keepAlive := startLoad(t, addr, 4, func() http.RoundTripper { return kept })
	fresh := startLoad(t, addr, 2, func() http.RoundTripper {
		return &http.Transport{TLSClientConfig: client.ClientConfig(bob), DisableKeepAlives: true}
	})
	for range 30 {
		for d, s := range map[did.DID]*mtls.Source{bob: server, alice: client} {
			if err := s.Swap(identity(ca, d, short)); err != nil {
				t.Error(err)
			}
		}
		keepAlive.await(t, 5)
		fresh.await(t, 2)
		wall.Step(time.Second)
	}
	keepAlive.finish(t)
	fresh.finish(t)
	if err := server.Swap(identity(ca, bob, short)); err != nil {
		t.Fatal(err)
	}
	if err := client.Swap(identity(ca, alice, short)); err != nil {
		t.Fatal(err)
	}
	conn, err := tls.Dial("tcp", addr, client.ClientConfig(bob))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if got := conn.ConnectionState().PeerCertificates[0].SerialNumber.Text(16); got != server.Current().Serial() {
		t.Error("the newest certificate is not served")
	}
}

// A request that is under way when the certificate changes ends on the
// connection it began on, and that connection then closes.
func TestRequestUnderWaySurvivesARotation(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	release, started := make(chan struct{}), make(chan struct{})
	states := make(chan http.ConnState, 16)
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	source := newSource(t, identity(ca, bob))
	server := &http.Server{
		ReadHeaderTimeout: time.Second,
		ConnState:         func(_ net.Conn, s http.ConnState) { states <- s },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			close(started)
			<-release
			_, _ = io.WriteString(w, "done")
		}),
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(source.Listen(inner)) }()
	defer func() {
		_ = server.Close()
		<-done
	}()
	client := newSource(t, identity(ca, alice))
	tr := newTransport(t, client, bob)
	answer := make(chan string, 1)
	go func() {
		_, body, err := get(t, tr, inner.Addr().String())
		answer <- body + errorText(err)
	}()
	<-started
	if err := client.Swap(identity(ca, alice)); err != nil {
		t.Fatal(err)
	}
	close(release)
	if got := <-answer; got != "done" {
		t.Fatalf("got %q", got)
	}
	for deadline := time.After(5 * time.Second); ; {
		select {
		case s := <-states:
			if s == http.StateClosed {
				return
			}
		case <-deadline:
			t.Fatal("the connection of the old certificate stays open")
		}
	}
}

func TestTransportRefusesPlaintext(t *testing.T) {
	tr := newSource(t, identity(stepcatest.NewCA(t, nil), alice)).NewTransport(bob, nil)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:1/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := tr.RoundTrip(req); !errors.Is(err, mtls.ErrPlaintext) {
		t.Errorf("plaintext: %v, %v", resp, err)
	}
}

// The caller's transport lends its timeouts and dialler, and is not touched.
func TestTransportUsesTheBase(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	addr := serve(t, newSource(t, identity(ca, bob)))
	var dials atomic.Int64
	base := &http.Transport{DialContext: func(ctx context.Context, network, a string) (net.Conn, error) {
		dials.Add(1)
		return new(net.Dialer).DialContext(ctx, network, a)
	}}
	tr := newSource(t, identity(ca, alice)).NewTransport(bob, base)
	defer tr.CloseIdleConnections()
	for range 3 {
		if _, _, err := get(t, tr, addr); err != nil {
			t.Fatal(err)
		}
	}
	if dials.Load() != 1 || base.TLSClientConfig != nil {
		t.Errorf("%d dials", dials.Load())
	}
	tr.CloseIdleConnections()
	if _, _, err := get(t, tr, addr); err != nil || dials.Load() != 2 {
		t.Errorf("%d dials, %v", dials.Load(), err)
	}
}

// Requests carry no body to a peer that answers with another DID: the
// handshake ends first (022).
func TestNothingReachesTheWrongPeer(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	addr := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ca.Issue(issuer, carol.String())}, ClientAuth: tls.RequireAnyClientCert})
	tr := newTransport(t, newSource(t, identity(ca, alice)), bob)
	for range 5 {
		if _, _, err := get(t, tr, addr); !errors.Is(err, mtls.ErrPeerMismatch) {
			t.Fatal(err)
		}
	}
}
