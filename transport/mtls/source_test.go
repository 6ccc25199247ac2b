package mtls_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
)

func TestTwoAgentsSeeEachOther(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	server, client := newSource(t, identity(ca, bob)), newSource(t, identity(ca, alice))
	addr := serve(t, server)
	for name, peer := range map[string]did.DID{"pinned": bob, "any agent of the issuer": {}} {
		t.Run(name, func(t *testing.T) {
			status, body, err := get(t, newTransport(t, client, peer), addr)
			if err != nil || status != http.StatusOK || body != alice.String() {
				t.Fatalf("got %d %q, %v; want the caller's DID", status, body, err)
			}
		})
	}
}

func TestHandshakeRefusals(t *testing.T) {
	ca, other := stepcatest.NewCA(t, nil), stepcatest.NewCA(t, nil)
	good := func(opts ...stepcatest.Option) *tls.Certificate {
		cert := ca.Issue(issuer, alice.String(), opts...)
		return &cert
	}
	foreign := other.Issue(issuer, alice.String())
	tests := []struct {
		name   string
		cert   *tls.Certificate
		change func(*tls.Config)
		alert  uint8
		reason string
		is     error
	}{
		{name: "001_no_certificate", alert: alertCertRequired, reason: "cert_required", is: mtls.ErrNoCertificate},
		{name: "002_expired", cert: good(stepcatest.Expired()), alert: alertCertificateExpired, reason: "tls_cert_expired", is: mtls.ErrExpired},
		{name: "003_not_yet_valid", cert: good(stepcatest.NotYetValid()), alert: alertCertificateExpired, reason: "tls_cert_not_yet_valid", is: mtls.ErrNotYetValid},
		{name: "005_other_ca", cert: &foreign, alert: alertUnknownCA, reason: "tls_unknown_ca", is: mtls.ErrUnknownCA},
		{name: "006_self_signed", cert: good(stepcatest.SelfSigned()), alert: alertUnknownCA, reason: "tls_unknown_ca", is: mtls.ErrUnknownCA},
		{name: "013_server_only", cert: good(stepcatest.ServerOnly()), alert: alertBadCertificate, reason: "tls_bad_eku", is: mtls.ErrBadEKU},
		{name: "014_no_usage", cert: good(stepcatest.NoUsages()), alert: alertBadCertificate, reason: "tls_bad_eku", is: mtls.ErrBadEKU},
		{name: "014_any_usage", cert: good(stepcatest.AnyUsage()), alert: alertBadCertificate, reason: "tls_bad_eku", is: mtls.ErrBadEKU},
		{name: "014_ca_as_leaf", cert: good(stepcatest.AsCA()), alert: alertBadCertificate, reason: "tls_ca_leaf", is: mtls.ErrIsCA},
		{name: "019_tls_1.0", cert: good(), change: func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS10 }, alert: alertProtocolVersion, reason: "tls_protocol"},
		{name: "019_tls_1.1", cert: good(), change: func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS11, tls.VersionTLS11 }, alert: alertProtocolVersion, reason: "tls_protocol"},
		{name: "019_tls_1.2", cert: good(), change: func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }, alert: alertProtocolVersion, reason: "tls_protocol"},
		{name: "025_acme_alpn", cert: good(), change: func(c *tls.Config) { c.NextProtos = []string{"acme-tls/1"} }, alert: alertNoProtocol, reason: "tls_protocol"},
		{name: "025_unknown_alpn_without_certificate", change: func(c *tls.Config) { c.NextProtos = []string{"spdy/3"} }, alert: alertNoProtocol, reason: "tls_protocol"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			seen := newRejects()
			addr := serve(t, newSource(t, identity(ca, bob), seen.hook))
			cfg := &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}}
			cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				if tt.cert == nil {
					return &tls.Certificate{}, nil
				}
				return tt.cert, nil
			}
			if tt.change != nil {
				tt.change(cfg)
			}
			err := attempt(t, addr, cfg)
			if got := alertOf(err); got != tt.alert {
				t.Errorf("alert %d (%v), want %d", got, err, tt.alert)
			}
			got := seen.next(t)
			if got.reason != tt.reason || (tt.is != nil && !errors.Is(got.err, tt.is)) {
				t.Errorf("rejected for %s: %v; want %s", got.reason, got.err, tt.reason)
			}
			seen.none(t)
		})
	}
}

// A Go client that honours the CA hints sends no certificate at all when it has none from them.
func TestForeignCertificateFromAClientThatReadsHints(t *testing.T) {
	ca, other := stepcatest.NewCA(t, nil), stepcatest.NewCA(t, nil)
	addr := serve(t, newSource(t, identity(ca, bob)))
	foreign := other.Issue(issuer, alice.String())
	err := attempt(t, addr, &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{foreign}})
	// The two test CAs have the same name, so the hint matches here and the chain does not.
	if got := alertOf(err); got != alertUnknownCA && got != alertCertRequired {
		t.Fatalf("alert %d (%v), want unknown_ca or certificate_required", got, err)
	}
}

func TestCertificateIsOptionalOnASharedListener(t *testing.T) {
	ca, other := stepcatest.NewCA(t, nil), stepcatest.NewCA(t, nil)
	optional := func(c *mtls.SourceConfig) { c.RequireClientCert = false }
	addr := serve(t, newSource(t, identity(ca, bob), optional))
	client := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer client.CloseIdleConnections()
	status, body, err := get(t, client, addr)
	if err != nil || status != http.StatusForbidden || body != "cert_required\n" {
		t.Fatalf("without a certificate: %d %q, %v", status, body, err)
	}
	foreign := other.Issue(issuer, alice.String())
	hostile := &tls.Config{InsecureSkipVerify: true, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		return &foreign, nil
	}}
	if got := alertOf(attempt(t, addr, hostile)); got != alertUnknownCA {
		t.Fatalf("with a bad certificate: alert %d, want unknown_ca", got)
	}
}

func TestClientRefusesServers(t *testing.T) {
	ca, other := stepcatest.NewCA(t, nil), stepcatest.NewCA(t, nil)
	client := newSource(t, identity(ca, alice))
	plain := func(cert tls.Certificate) string {
		return serveTLS(t, &tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequestClientCert})
	}
	tests := []struct {
		name string
		cert tls.Certificate
		peer did.DID
		want error
	}{
		{"022_other_did", ca.Issue(issuer, carol.String()), bob, mtls.ErrPeerMismatch},
		{"client_only_certificate", ca.Issue(issuer, bob.String(), stepcatest.ClientOnly()), bob, mtls.ErrBadEKU},
		{"no_usage", ca.Issue(issuer, bob.String(), stepcatest.NoUsages()), bob, mtls.ErrBadEKU},
		{"ca_as_leaf", ca.Issue(issuer, bob.String(), stepcatest.AsCA()), bob, mtls.ErrIsCA},
		{"expired", ca.Issue(issuer, bob.String(), stepcatest.Expired()), bob, mtls.ErrExpired},
		{"not_yet_valid", ca.Issue(issuer, bob.String(), stepcatest.NotYetValid()), bob, mtls.ErrNotYetValid},
		{"other_ca", other.Issue(issuer, bob.String()), bob, mtls.ErrUnknownCA},
		{"self_signed", ca.Issue(issuer, bob.String(), stepcatest.SelfSigned()), bob, mtls.ErrUnknownCA},
		{"no_did", ca.Issue(issuer, bob.String(), stepcatest.NoNames(), stepcatest.DNSNames("localhost")), bob, mtls.ErrNoDID},
		{"other_issuer", ca.Issue("https://other.test", bob.String()), bob, mtls.ErrIssuerMismatch},
		{"no_did_when_any_agent_will_do", ca.Issue(issuer, bob.String(), stepcatest.NoNames()), did.DID{}, mtls.ErrNoDID},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			addr := plain(tt.cert)
			_, _, err := get(t, newTransport(t, client, tt.peer), addr)
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
		})
	}
	t.Run("mismatch_names_both", func(t *testing.T) {
		_, _, err := get(t, newTransport(t, client, bob), plain(ca.Issue(issuer, carol.String())))
		mismatch, ok := errors.AsType[*mtls.PeerMismatchError](err)
		if !ok || mismatch.Want != bob || mismatch.Got != carol || mtls.Reason(err) != "peer_did_mismatch" {
			t.Fatalf("got %v (%s)", err, mtls.Reason(err))
		}
	})
}

func TestSwapIsSeenByNewConnectionsOnly(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	first, second := identity(ca, bob), identity(ca, bob)
	server := newSource(t, first)
	addr := serve(t, server)
	client := newSource(t, identity(ca, alice))

	conn, err := tls.Dial("tcp", addr, client.ClientConfig(bob))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := server.Swap(second); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"new connection": second.Serial()} {
		fresh, err := tls.Dial("tcp", addr, client.ClientConfig(bob))
		if err != nil {
			t.Fatal(err)
		}
		defer fresh.Close()
		if got := fresh.ConnectionState().PeerCertificates[0].SerialNumber.Text(16); got != want {
			t.Errorf("%s got serial %s, want %s", name, got, want)
		}
	}
	if _, err := conn.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil {
		t.Fatalf("the old connection: %v", err)
	}
	if _, err := conn.Read(make([]byte, 1)); err != nil {
		t.Fatalf("the old connection: %v", err)
	}
}

func TestSwapRefusesWhatWouldBreakTheAgent(t *testing.T) {
	ca, other := stepcatest.NewCA(t, nil), stepcatest.NewCA(t, nil)
	mixed := identity(ca, bob)
	mixed.Certificate.PrivateKey = identity(ca, bob).Certificate.PrivateKey
	wrongRoots := identity(ca, bob)
	wrongRoots.Roots = other.Roots()
	tests := map[string]struct {
		id   *mtls.Identity
		want error
	}{
		"nothing":         {nil, mtls.ErrNoCertificate},
		"empty":           {&mtls.Identity{}, mtls.ErrNoCertificate},
		"another agent":   {identity(ca, carol), mtls.ErrOtherDID},
		"expired":         {identity(ca, bob, stepcatest.Expired()), mtls.ErrExpired},
		"future":          {identity(ca, bob, stepcatest.NotYetValid()), mtls.ErrNotYetValid},
		"client only":     {identity(ca, bob, stepcatest.ClientOnly()), mtls.ErrBadEKU},
		"server only":     {identity(ca, bob, stepcatest.ServerOnly()), mtls.ErrBadEKU},
		"CA":              {identity(ca, bob, stepcatest.AsCA()), mtls.ErrIsCA},
		"untrusted chain": {wrongRoots, mtls.ErrUnknownCA},
		"foreign key":     {mixed, mtls.ErrKeyMismatch},
		"two names":       {identity(ca, bob, stepcatest.AddURI("https://x.test")), mtls.ErrMultipleIDs},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			good := identity(ca, bob)
			source := newSource(t, good)
			if err := source.Swap(tt.id); !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if source.Current() != good {
				t.Error("the good certificate was given up")
			}
		})
	}
}

func TestOwnExpiredCertificateClosesBothDirections(t *testing.T) {
	wall := &clock{}
	ca := stepcatest.NewCA(t, nil)
	seen := newRejects()
	timed := func(c *mtls.SourceConfig) { c.Now = wall.Now }
	server := newSource(t, identity(ca, bob, stepcatest.Valid(-time.Minute, time.Hour)), timed, seen.hook)
	addr := serve(t, server)
	client := newSource(t, identity(ca, alice))
	if _, _, err := get(t, newTransport(t, client, bob), addr); err != nil {
		t.Fatal(err)
	}
	wall.Step(2 * time.Hour)
	_, _, err := get(t, newTransport(t, client, bob), addr)
	if alertOf(err) != alertInternal {
		t.Errorf("a client got %v, want the alert internal_error", err)
	}
	if got := seen.next(t); got.reason != "cert_expired_self" {
		t.Errorf("reason %s: %v", got.reason, got.err)
	}
	other := serve(t, newSource(t, identity(ca, carol)))
	if _, _, err := get(t, newTransport(t, server, carol), other); !errors.Is(err, mtls.ErrOwnCertificateExpired) {
		t.Errorf("dialling out: %v, want ErrOwnCertificateExpired", err)
	}
	if err := server.Swap(identity(ca, bob, stepcatest.Valid(0, 4*time.Hour))); err != nil {
		t.Fatal(err)
	}
	if _, _, err := get(t, newTransport(t, client, bob), addr); err != nil {
		t.Errorf("after the rotation: %v", err)
	}
}

func TestExpiryAndDistrustReachOpenConnections(t *testing.T) {
	wall := &clock{}
	oldCA, newCA := stepcatest.NewCA(t, nil), stepcatest.NewCA(t, nil)
	both := append(oldCA.Roots(), newCA.Roots()...)
	timed := func(c *mtls.SourceConfig) { c.Now = wall.Now }
	id := identity(newCA, bob)
	id.Roots = both
	server := newSource(t, id, timed)
	addr := serve(t, server)
	aliceID := identity(oldCA, alice, stepcatest.Valid(-time.Minute, time.Hour))
	aliceID.Roots = both
	client := newSource(t, aliceID)
	tr := newTransport(t, client, bob)
	if status, body, err := get(t, tr, addr); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s %v", status, body, err)
	}
	t.Run("004_expiry", func(t *testing.T) {
		wall.Step(2 * time.Hour)
		defer wall.Step(-2 * time.Hour)
		status, body, err := get(t, tr, addr)
		if err != nil || status != http.StatusUnauthorized || body != "tls_cert_expired\n" {
			t.Fatalf("%d %q %v", status, body, err)
		}
	})
	if status, body, err := get(t, tr, addr); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s %v", status, body, err)
	}
	t.Run("154_removed_root", func(t *testing.T) {
		if err := server.SetRoots(newCA.Roots()); err != nil {
			t.Fatal(err)
		}
		status, body, err := get(t, tr, addr)
		if err != nil || status != http.StatusUnauthorized || body != "tls_unknown_ca\n" {
			t.Fatalf("%d %q %v", status, body, err)
		}
	})
}

func TestSetRootsRefusesUnusableRoots(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	source := newSource(t, identity(ca, bob))
	leaf := identity(ca, alice).Leaf()
	for name, roots := range map[string][]*x509.Certificate{"none": nil, "a leaf": {leaf}} {
		if err := source.SetRoots(roots); !errors.Is(err, mtls.ErrBadRoots) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAuthorizeHook(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	seen := newRejects()
	banned := errors.New("not on the list")
	server := newSource(t, identity(ca, bob), seen.hook, func(c *mtls.SourceConfig) {
		c.Authorize = func(d did.DID) error {
			if d == carol {
				return banned
			}
			return nil
		}
	})
	addr := serve(t, server)
	if _, _, err := get(t, newTransport(t, newSource(t, identity(ca, alice)), bob), addr); err != nil {
		t.Fatalf("alice: %v", err)
	}
	_, _, err := get(t, newTransport(t, newSource(t, identity(ca, carol)), bob), addr)
	if alertOf(err) != alertBadCertificate {
		t.Fatalf("carol: %v", err)
	}
	got := seen.next(t)
	if got.reason != "tls_not_authorized" || !errors.Is(got.err, banned) || !errors.Is(got.err, mtls.ErrNotAuthorized) {
		t.Fatalf("%s: %v", got.reason, got.err)
	}
}
