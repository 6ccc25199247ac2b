package mtls_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// visit opens a connection, makes one request so that the session ticket
// arrives, and tells whether the session was resumed.
func visit(t *testing.T, addr string, cfg *tls.Config) (tls.ConnectionState, error) {
	t.Helper()
	var cs tls.ConnectionState
	tr := &http.Transport{TLSClientConfig: cfg, DisableKeepAlives: true}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+addr+"/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := tr.RoundTrip(req)
	if err != nil {
		return cs, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("HTTP %d", resp.StatusCode)
	}
	return *resp.TLS, nil
}

func mustVisit(t *testing.T, addr string, cfg *tls.Config, resumed bool) {
	t.Helper()
	cs, err := visit(t, addr, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if cs.DidResume != resumed {
		t.Fatalf("resumed: %t, want %t", cs.DidResume, resumed)
	}
}

func TestSessionsSurviveARotationOfTheServer(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	server := newSource(t, identity(ca, bob))
	addr := serve(t, server)
	cfg := newSource(t, identity(ca, alice)).ClientConfig(bob)
	mustVisit(t, addr, cfg, false)
	mustVisit(t, addr, cfg, true)
	if err := server.Swap(identity(ca, bob)); err != nil {
		t.Fatal(err)
	}
	mustVisit(t, addr, cfg, true)
}

func TestSessionsDoNotSurviveARotationOfTheClient(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	addr := serve(t, newSource(t, identity(ca, bob)))
	wall := &clock{}
	client := newSource(t, identity(ca, alice), func(c *mtls.SourceConfig) { c.Now = wall.Now })
	cfg := client.ClientConfig(bob)
	mustVisit(t, addr, cfg, false)
	mustVisit(t, addr, cfg, true)
	if err := client.Swap(identity(ca, alice)); err != nil {
		t.Fatal(err)
	}
	// Otherwise the server would go on seeing the old certificate.
	mustVisit(t, addr, cfg, false)
	wall.Step(time.Minute)
	mustVisit(t, addr, cfg, false)
	mustVisit(t, addr, cfg, true)
}

// The client rotates once the server has seen its certificate: the tickets that
// come after that stand for the old one.
func TestSessionOfAHandshakeDuringARotationIsNotResumed(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	client := newSource(t, identity(ca, alice))
	var rotate sync.Once
	server := newSource(t, identity(ca, bob), func(c *mtls.SourceConfig) {
		c.Authorize = func(did.DID) (err error) {
			rotate.Do(func() { err = client.Swap(identity(ca, alice)) })
			return err
		}
	})
	addr := serve(t, server)
	cfg := client.ClientConfig(bob)
	mustVisit(t, addr, cfg, false)
	mustVisit(t, addr, cfg, false)
}

// The client presents its ticket throughout; the chain of whoever holds it is
// no longer trusted (016).
func TestResumptionAfterTheRootWasDistrusted(t *testing.T) {
	oldCA, newCA := stepcatest.NewCA(t, nil), stepcatest.NewCA(t, nil)
	seen := newRejects()
	id := identity(newCA, bob)
	id.Roots = append(newCA.Roots(), oldCA.Roots()...)
	server := newSource(t, id, seen.hook)
	addr := serve(t, server)
	aliceID := identity(oldCA, alice)
	aliceID.Roots = id.Roots
	cfg := newSource(t, aliceID).ClientConfig(bob)
	mustVisit(t, addr, cfg, false)
	mustVisit(t, addr, cfg, true)
	if err := server.SetRoots(newCA.Roots()); err != nil {
		t.Fatal(err)
	}
	if _, err := visit(t, addr, cfg); alertOf(err) != alertUnknownCA {
		t.Fatalf("got %v, want the alert unknown_ca", err)
	}
	if got := seen.next(t); got.reason != "tls_unknown_ca" {
		t.Errorf("reason %s: %v", got.reason, got.err)
	}
}

// Old and new root together, then the new one alone: nobody who has a new
// certificate by then notices anything (154).
func TestRootOverlap(t *testing.T) {
	oldCA, newCA := stepcatest.NewCA(t, nil), stepcatest.NewCA(t, nil)
	both := slices.Concat(oldCA.Roots(), newCA.Roots())
	server, client := newSource(t, identity(oldCA, bob)), newSource(t, identity(oldCA, alice))
	addr := serve(t, server)
	tr := newTransport(t, client, bob)
	check := func(stage string) {
		t.Helper()
		if status, body, err := get(t, tr, addr); err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d %q %v", stage, status, body, err)
		}
	}
	check("old root")
	for _, s := range []*mtls.Source{server, client} {
		if err := s.SetRoots(both); err != nil {
			t.Fatal(err)
		}
		check("overlap")
	}
	for d, s := range map[did.DID]*mtls.Source{bob: server, alice: client} {
		next := identity(newCA, d)
		next.Roots = both
		if err := s.Swap(next); err != nil {
			t.Fatal(err)
		}
		check("new certificate of " + d.String())
	}
	for _, s := range []*mtls.Source{client, server} {
		if err := s.SetRoots(newCA.Roots()); err != nil {
			t.Fatal(err)
		}
		check("new root")
	}
	if _, _, err := get(t, newTransport(t, newSource(t, identity(oldCA, carol)), bob), addr); !errors.Is(err, mtls.ErrUnknownCA) {
		t.Errorf("an agent that knows the old root alone: %v", err)
	}
}

// The policy hook runs on resumed sessions too (017).
func TestResumptionAfterThePolicyChanged(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	banned := make(chan struct{})
	server := newSource(t, identity(ca, bob), func(c *mtls.SourceConfig) {
		c.Authorize = func(did.DID) error {
			select {
			case <-banned:
				return errors.New("off the list")
			default:
				return nil
			}
		}
	})
	addr := serve(t, server)
	cfg := newSource(t, identity(ca, alice)).ClientConfig(bob)
	mustVisit(t, addr, cfg, false)
	mustVisit(t, addr, cfg, true)
	close(banned)
	if _, err := visit(t, addr, cfg); alertOf(err) != alertBadCertificate {
		t.Fatalf("got %v, want the alert bad_certificate", err)
	}
}

func TestResumptionAfterTheCertificateExpired(t *testing.T) {
	wall := &clock{}
	ca := stepcatest.NewCA(t, nil)
	server := newSource(t, identity(ca, bob), func(c *mtls.SourceConfig) { c.Now = wall.Now })
	addr := serve(t, server)
	cfg := newSource(t, identity(ca, alice, stepcatest.Valid(-time.Minute, time.Hour))).ClientConfig(bob)
	mustVisit(t, addr, cfg, false)
	mustVisit(t, addr, cfg, true)
	wall.Step(2 * time.Hour)
	if _, err := visit(t, addr, cfg); alertOf(err) != alertCertificateExpired {
		t.Fatalf("got %v, want the alert certificate_expired", err)
	}
}

// The server has a new certificate by the time the one in the client's session
// expires; a session must then not stand in the way of the new one.
func TestSessionsDoNotOutliveTheServersCertificate(t *testing.T) {
	wall := &clock{}
	ca := stepcatest.NewCA(t, nil)
	timed := func(c *mtls.SourceConfig) { c.Now = wall.Now }
	server := newSource(t, identity(ca, bob, stepcatest.Valid(-time.Minute, time.Hour)), timed)
	addr := serve(t, server)
	cfg := newSource(t, identity(ca, alice), timed).ClientConfig(bob)
	mustVisit(t, addr, cfg, false)
	mustVisit(t, addr, cfg, true)
	if err := server.Swap(identity(ca, bob)); err != nil {
		t.Fatal(err)
	}
	wall.Step(2 * time.Hour)
	mustVisit(t, addr, cfg, false)
	mustVisit(t, addr, cfg, true)
}

// The same while the old certificate is presented to its last second: sessions
// opened with it then must not be resumed after its end.
func TestSessionsOfTheLastSecondsAreNotResumed(t *testing.T) {
	wall := &clock{}
	ca := stepcatest.NewCA(t, nil)
	timed := func(c *mtls.SourceConfig) { c.Now = wall.Now }
	server := newSource(t, identity(ca, bob, stepcatest.Valid(-time.Minute, time.Hour)), timed)
	addr := serve(t, server)
	cfg := newSource(t, identity(ca, alice), timed).ClientConfig(bob)
	mustVisit(t, addr, cfg, false)
	mustVisit(t, addr, cfg, true)
	wall.Step(time.Hour - 1500*time.Millisecond)
	for range 4 {
		if _, err := visit(t, addr, cfg); err != nil {
			t.Fatal(err)
		}
	}
	if err := server.Swap(identity(ca, bob)); err != nil {
		t.Fatal(err)
	}
	wall.Step(2 * time.Second)
	mustVisit(t, addr, cfg, false)
	wall.Step(time.Minute)
	mustVisit(t, addr, cfg, false)
	mustVisit(t, addr, cfg, true)
}

// A client must not believe a resumed session either: the address may by now
// belong to an agent whose CA the client has ceased to trust.
func TestClientRefusesToResumeUnderADistrustedRoot(t *testing.T) {
	oldCA, newCA := stepcatest.NewCA(t, nil), stepcatest.NewCA(t, nil)
	both := slices.Concat(oldCA.Roots(), newCA.Roots())
	serverID, clientID := identity(oldCA, bob), identity(newCA, alice)
	serverID.Roots, clientID.Roots = both, both
	addr := serve(t, newSource(t, serverID))
	client := newSource(t, clientID)
	cfg := client.ClientConfig(bob)
	// As if the cache did not know of generations: verification alone must do.
	cfg.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	mustVisit(t, addr, cfg, false)
	mustVisit(t, addr, cfg, true)
	if err := client.SetRoots(newCA.Roots()); err != nil {
		t.Fatal(err)
	}
	if _, err := visit(t, addr, cfg); !errors.Is(err, mtls.ErrUnknownCA) {
		t.Fatalf("got %v, want ErrUnknownCA", err)
	}
}

// One address, one session cache, two expectations: a session opened with one
// agent proves nothing to who dials another.
func TestSessionOfOneAgentIsNotAnother(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	addr := serve(t, newSource(t, identity(ca, bob)))
	client := newSource(t, identity(ca, alice))
	cfg := client.ClientConfig(did.DID{})
	mustVisit(t, addr, cfg, false)
	pinned := client.ClientConfig(carol)
	pinned.ClientSessionCache = cfg.ClientSessionCache
	if _, err := visit(t, addr, pinned); !errors.Is(err, mtls.ErrPeerMismatch) {
		t.Fatalf("got %v, want ErrPeerMismatch", err)
	}
}

// What crypto/tls already refuses on its own is checked here without it: the
// hook that runs on resumed sessions verifies the chain itself.
func TestVerifyConnectionChecksTheChainOfResumedSessions(t *testing.T) {
	ca, other := stepcatest.NewCA(t, nil), stepcatest.NewCA(t, nil)
	server := newSource(t, identity(ca, bob))
	outer := server.ServerConfig()
	inner, err := outer.GetConfigForClient(&tls.ClientHelloInfo{})
	if err != nil {
		t.Fatal(err)
	}
	foreign := other.Issue(issuer, alice.String())
	cs := tls.ConnectionState{DidResume: true, PeerCertificates: []*x509.Certificate{foreign.Leaf, other.Intermediate}}
	if err := inner.VerifyConnection(cs); !errors.Is(err, mtls.ErrUnknownCA) {
		t.Errorf("foreign chain: %v", err)
	}
	good := ca.Issue(issuer, alice.String())
	cs.PeerCertificates = []*x509.Certificate{good.Leaf, ca.Intermediate}
	if err := inner.VerifyConnection(cs); err != nil {
		t.Errorf("good chain: %v", err)
	}
	if err := inner.VerifyConnection(tls.ConnectionState{DidResume: true}); !errors.Is(err, mtls.ErrNoCertificate) {
		t.Errorf("no certificate: %v", err)
	}
}
