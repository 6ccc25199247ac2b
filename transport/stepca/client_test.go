package stepca_test

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smallstep/certificates/api"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

func enroller(t testing.TB, s *stepcatest.Server, change ...func(*stepca.Config)) *stepca.Client {
	t.Helper()
	cfg := stepca.Config{
		CAURL:       s.URL(),
		Audience:    "step-ca",
		Fingerprint: s.Fingerprint(),
		DID:         alice,
		Issuer:      s.Issuer(),
		Token:       s.Tokens(alice.String()),
		HTTPTimeout: 5 * time.Second,
	}
	for _, c := range change {
		c(&cfg)
	}
	cfg.RootURL = cmp.Or(cfg.RootURL, cfg.CAURL+"/roots.pem")
	e, err := stepca.New(cfg)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return e
}

func TestEnrol(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	id, err := enroller(t, s).Enrol(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := id.Verify(alice, s.Issuer(), time.Now()); err != nil {
		t.Error(err)
	}
	if key, ok := id.Certificate.PrivateKey.(*ecdsa.PrivateKey); !ok || key.Curve != elliptic.P256() {
		t.Errorf("key is %T", id.Certificate.PrivateKey)
	}
	if len(id.Certificate.Certificate) != 2 || len(id.Roots) != 1 || !id.Roots[0].Equal(s.CA.Root) {
		t.Errorf("%d certificates, %d roots", len(id.Certificate.Certificate), len(id.Roots))
	}
}

func TestEveryEnrolmentHasItsOwnTokenAndKey(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	tokens := 0
	e := enroller(t, s, func(c *stepca.Config) {
		next := c.Token
		c.Token = func(ctx context.Context) (string, error) { tokens++; return next(ctx) }
	})
	first, err := e.Enrol(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second, err := e.Enrol(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if first.Certificate.PrivateKey.(*ecdsa.PrivateKey).Equal(second.Certificate.PrivateKey) {
		t.Error("the key was used again")
	}
	s.SetFault(stepcatest.Status(http.StatusInternalServerError, `{}`).At("/sign"))
	if _, err := e.Enrol(t.Context()); !errors.Is(err, mtls.ErrCAUnavailable) {
		t.Error(err)
	}
	if tokens != 3 || s.Count("POST /sign") != 3 {
		t.Errorf("3 attempts took %d tokens and %d requests", tokens, s.Count("POST /sign"))
	}
}

func TestRequestedLifetime(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	id, err := enroller(t, s, func(c *stepca.Config) { c.TTL = time.Hour }).Enrol(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if left := time.Until(id.NotAfter()); left < 59*time.Minute || left > time.Hour+time.Minute {
		t.Errorf("asked for an hour, got %s", left)
	}
}

// step-ca takes names from the token; what the request carries is for its log.
func TestRequestHasAShortCommonName(t *testing.T) {
	for name, tt := range map[string]struct{ did, want string }{
		"last segment": {alice.String(), "139e3940-e64b-5491-7220-88d9a0d74162"},
		"cut":          {"did:bindu:a:" + strings.Repeat("x", 100), strings.Repeat("x", 64)},
	} {
		t.Run(name, func(t *testing.T) {
			s := stepcatest.NewServer(t, stepcatest.Config{})
			_, err := enroller(t, s, func(c *stepca.Config) {
				c.DID, c.Token = mustDID(tt.did), s.Tokens(tt.did)
			}).Enrol(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			csr := s.LastRequest()
			if csr.Subject.CommonName != tt.want || len(csr.URIs)+len(csr.DNSNames) != 0 {
				t.Errorf("CN %q, %d names", csr.Subject.CommonName, len(csr.URIs)+len(csr.DNSNames))
			}
		})
	}
}

func TestBadCertificatesAreRefused(t *testing.T) {
	foreignKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	foreignCA := stepcatest.NewCA(t, nil)
	tests := []struct {
		name  string
		fault stepcatest.Fault
		also  error
	}{
		{"other_did", stepcatest.SignAs(stepcatest.URIs(issuer + "#" + bob.String())), mtls.ErrOtherDID},
		{"other_issuer", stepcatest.SignAs(stepcatest.URIs("https://other.test#" + alice.String())), mtls.ErrIssuerMismatch},
		{"no_did", stepcatest.SignAs(stepcatest.NoNames()), mtls.ErrNoDID},
		{"two_names", stepcatest.SignAs(stepcatest.AddURI("https://x.test")), mtls.ErrMultipleIDs},
		{"other_key", stepcatest.SignAs(stepcatest.PublicKey(foreignKey.Public())), mtls.ErrKeyMismatch},
		{"ca", stepcatest.SignAs(stepcatest.AsCA()), mtls.ErrIsCA},
		{"no_client_auth", stepcatest.SignAs(stepcatest.ServerOnly()), mtls.ErrBadEKU},
		{"no_server_auth", stepcatest.SignAs(stepcatest.ClientOnly()), mtls.ErrBadEKU},
		{"no_usage", stepcatest.SignAs(stepcatest.NoUsages()), mtls.ErrBadEKU},
		{"ten_years", stepcatest.SignAs(stepcatest.Valid(-time.Minute, 10*365*24*time.Hour)), mtls.ErrBadCertificate},
		{"eleven_times_what_was_asked_for", stepcatest.SignAs(stepcatest.Valid(-time.Minute, 11*time.Hour)), mtls.ErrBadCertificate},
		{"expired", stepcatest.SignAs(stepcatest.Expired()), mtls.ErrExpired},
		{"not_yet_valid", stepcatest.SignAs(stepcatest.NotYetValid()), mtls.ErrNotYetValid},
		{"another_ca", stepcatest.Rewrite(func(r *api.SignResponse) {
			cert := foreignCA.Issue(issuer, alice.String(), stepcatest.PublicKey(r.ServerPEM.PublicKey))
			r.CertChainPEM = []api.Certificate{api.NewCertificate(cert.Leaf), api.NewCertificate(foreignCA.Intermediate)}
		}), mtls.ErrUnknownCA},
		{"long_chain", stepcatest.Rewrite(func(r *api.SignResponse) {
			for range 20 {
				r.CertChainPEM = append(r.CertChainPEM, r.CaPEM)
			}
		}), nil},
		{"hole_in_the_chain", stepcatest.Rewrite(func(r *api.SignResponse) { r.CertChainPEM[1] = api.Certificate{} }), nil},
		{"nothing", stepcatest.Rewrite(func(r *api.SignResponse) { *r = api.SignResponse{} }), nil},
		{"leaf_alone", stepcatest.Rewrite(func(r *api.SignResponse) { r.CertChainPEM = r.CertChainPEM[:1] }), mtls.ErrUnknownCA},
		{"huge", stepcatest.Huge(64 << 20).At("/sign"), nil},
		{"empty", stepcatest.Status(http.StatusCreated, "").At("/sign"), nil},
		{"html", stepcatest.Status(http.StatusOK, "<html>").At("/sign"), nil},
		{"array", stepcatest.Status(http.StatusCreated, "[]").At("/sign"), nil},
		{"null", stepcatest.Status(http.StatusCreated, "null").At("/sign"), nil},
		{"garbage_pem", stepcatest.Status(http.StatusCreated, `{"crt":"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}`).At("/sign"), nil},
	}
	for _, tt := range tests {
		t.Run("156_"+tt.name, func(t *testing.T) {
			s := stepcatest.NewServer(t, stepcatest.Config{TTL: time.Hour})
			s.SetFault(tt.fault)
			id, err := enroller(t, s, func(c *stepca.Config) { c.TTL = time.Hour }).Enrol(t.Context())
			if id != nil || !errors.Is(err, mtls.ErrCABadCertificate) || mtls.Reason(err) != "ca_bad_certificate" {
				t.Fatalf("got %v, %s", err, mtls.Reason(err))
			}
			if tt.also != nil && !errors.Is(err, tt.also) {
				t.Errorf("got %v, want %v inside", err, tt.also)
			}
		})
	}
}

// However much the CA sends, little is read (156).
func TestAnswersAreCut(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	for _, path := range []string{"/sign", "/roots.pem", "/root/" + s.Fingerprint()} {
		var read atomic.Int64
		e := enroller(t, s, func(c *stepca.Config) {
			c.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
				conn, err := new(net.Dialer).DialContext(ctx, network, addr)
				return countingConn{conn, &read}, err
			}
		})
		s.SetFault(stepcatest.Huge(64 << 20).At(path))
		if _, err := e.Enrol(t.Context()); err == nil {
			t.Errorf("%s: enrolled", path)
		}
		if got := read.Load(); got > 2<<20 {
			t.Errorf("%s: %d bytes were read", path, got)
		}
	}
}

type countingConn struct {
	net.Conn
	read *atomic.Int64
}

func (c countingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read.Add(int64(n))
	return n, err
}

// A step-ca of old sends no certChain.
func TestAnswerWithoutCertChain(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	s.SetFault(stepcatest.Rewrite(func(r *api.SignResponse) { r.CertChainPEM = nil }))
	if _, err := enroller(t, s).Enrol(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Some CAs append their root; it must not travel in our handshakes.
func TestRootIsNotPartOfTheChain(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	s.SetFault(stepcatest.Rewrite(func(r *api.SignResponse) {
		r.CertChainPEM = append(r.CertChainPEM, api.NewCertificate(s.CA.Root))
	}))
	id, err := enroller(t, s).Enrol(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n := len(id.Certificate.Certificate); n != 2 {
		t.Errorf("chain of %d", n)
	}
}

// TestWhoeverIsAskedMayHaveRefused: agents are told 403 and no reason.
func TestWhoeverIsAskedMayHaveRefused(t *testing.T) {
	for _, tt := range []struct {
		webhooks []string
		lifetime time.Duration
		status   int
		want     string
	}{
		{[]string{"ENRICHING", "AUTHORIZING"}, 0, http.StatusForbidden, "ca_webhook_refused"},
		{[]string{"AUTHORIZING"}, 24 * time.Hour, http.StatusForbidden, "ca_webhook_refused"},
		{[]string{"AUTHORIZING"}, 25 * time.Hour, http.StatusForbidden, "ca_refused"}, // that is the reason already
		{[]string{"ENRICHING"}, 0, http.StatusForbidden, "ca_refused"},
		{nil, 0, http.StatusForbidden, "ca_refused"},
		{[]string{"AUTHORIZING"}, 0, http.StatusUnauthorized, "ca_jwks_stale"},
		{[]string{"AUTHORIZING"}, 0, http.StatusBadRequest, "ca_refused"},
	} {
		s := stepcatest.NewServer(t, stepcatest.Config{Webhooks: tt.webhooks})
		s.SetFault(stepcatest.Status(tt.status, `{"status":403,"message":"error creating certificate."}`).At("/sign"))
		if _, err := enroller(t, s, func(c *stepca.Config) { c.TTL = tt.lifetime }).Enrol(t.Context()); !errors.Is(err, mtls.ErrCARefused) || mtls.Reason(err) != tt.want {
			t.Errorf("%v, %d: %v (%s), want %s", tt.webhooks, tt.status, err, mtls.Reason(err), tt.want)
		} else if asks := strings.Contains(err.Error(), "REGISTRAR__WEBHOOK_URL"); asks != (tt.want == "ca_webhook_refused") {
			t.Errorf("%s: %v", tt.want, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	stale := func(s *stepcatest.Server) { s.RotateIssuerKey() }
	with := func(opts ...stepcatest.TokenOption) func(*stepca.Config, *stepcatest.Server) {
		return func(c *stepca.Config, s *stepcatest.Server) {
			c.Token = func(context.Context) (string, error) { return s.Token(alice.String(), opts...), nil }
		}
	}
	fixed := func(token string) func(*stepca.Config, *stepcatest.Server) {
		return func(c *stepca.Config, _ *stepcatest.Server) {
			c.Token = func(context.Context) (string, error) { return token, nil }
		}
	}
	tests := []struct {
		name   string
		server func(*stepcatest.Server)
		client func(*stepca.Config, *stepcatest.Server)
		want   error
		reason string
	}{
		{"144_provisioner_uninitialized", (*stepcatest.Server).DisableProvisioner, nil, mtls.ErrProvisionerDisabled, "ca_provisioner_disabled"},
		{"144_provisioner_absent", (*stepcatest.Server).RemoveProvisioner, nil, mtls.ErrProvisionerDisabled, "ca_provisioner_disabled"},
		{"148_key_unknown_to_the_ca", stale, nil, mtls.ErrJWKSStale, "ca_jwks_stale"},
		{"token_for_somebody_else", nil, with(stepcatest.Audience("alice")), mtls.ErrTokenRefused, "ca_token_refused"},
		{"token_expired", nil, with(stepcatest.IssuedAt(time.Now().Add(-time.Hour))), mtls.ErrTokenRefused, "ca_token_refused"},
		{"token_opaque", nil, fixed("ory_at_0123456789"), mtls.ErrTokenRefused, "ca_token_refused"},
		{"token_garbage", nil, fixed("a.b.c"), mtls.ErrTokenRefused, "ca_token_refused"},
		{"token_null", nil, fixed("e30.bnVsbA.e30"), mtls.ErrTokenRefused, "ca_token_refused"},
		{"lifetime_too_long", nil, func(c *stepca.Config, _ *stepcatest.Server) { c.TTL = 48 * time.Hour }, mtls.ErrCARefused, "ca_refused"},
		{"bad_request", func(s *stepcatest.Server) {
			s.SetFault(stepcatest.Status(http.StatusBadRequest, `{"status":400,"message":"no"}`).At("/sign"))
		}, nil, mtls.ErrCARefused, "ca_refused"},
		{"not_found", func(s *stepcatest.Server) {
			s.SetFault(stepcatest.Status(http.StatusNotFound, `not json`).At("/sign"))
		}, nil, mtls.ErrCARefused, "ca_refused"},
		{"status_in_the_body_is_not_believed", func(s *stepcatest.Server) {
			s.SetFault(stepcatest.Status(http.StatusForbidden, `{"status":200,"message":"fine"}`).At("/sign"))
		}, nil, mtls.ErrCARefused, "ca_refused"},
		{"null_error", func(s *stepcatest.Server) {
			s.SetFault(stepcatest.Status(http.StatusForbidden, `null`).At("/sign"))
		}, nil, mtls.ErrCARefused, "ca_refused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := stepcatest.NewServer(t, stepcatest.Config{})
			e := enroller(t, s, func(c *stepca.Config) {
				if tt.client != nil {
					tt.client(c, s)
				}
			})
			if tt.server != nil {
				tt.server(s)
			}
			_, err := e.Enrol(t.Context())
			if !errors.Is(err, mtls.ErrCARefused) || !errors.Is(err, tt.want) || mtls.Reason(err) != tt.reason {
				t.Fatalf("got %v (%s), want %v", err, mtls.Reason(err), tt.want)
			}
			if s.Count("POST /sign") != 1 {
				t.Errorf("the token was sent %d times", s.Count("POST /sign"))
			}
		})
	}
}

func TestOneTimeTokenIsBurntAtFirstUse(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	token := s.Token(alice.String())
	e := enroller(t, s, func(c *stepca.Config) {
		c.Token = func(context.Context) (string, error) { return token, nil }
	})
	s.SetFault(stepcatest.SignAs(stepcatest.AsCA()))
	if _, err := e.Enrol(t.Context()); !errors.Is(err, mtls.ErrCABadCertificate) {
		t.Fatal(err)
	}
	s.SetFault(stepcatest.Fault{})
	if _, err := e.Enrol(t.Context()); !errors.Is(err, mtls.ErrCARefused) {
		t.Fatalf("146: the same token again: %v", err)
	}
}

func TestCAThatDoesNotAnswer(t *testing.T) {
	tests := map[string]func(*stepcatest.Server){
		"down":         (*stepcatest.Server).Stop,
		"hanging":      func(s *stepcatest.Server) { s.SetFault(stepcatest.Hang().At("/sign")) },
		"hanging root": func(s *stepcatest.Server) { s.SetFault(stepcatest.Hang()) },
		"500":          func(s *stepcatest.Server) { s.SetFault(stepcatest.Status(500, `{}`).At("/sign")) },
		"502 as html":  func(s *stepcatest.Server) { s.SetFault(stepcatest.Status(502, `<html>`).At("/sign")) },
		"429":          func(s *stepcatest.Server) { s.SetFault(stepcatest.Status(429, `{}`).At("/sign")) },
		"cut":          func(s *stepcatest.Server) { s.SetFault(stepcatest.Cut().At("/roots.pem")) },
	}
	for name, fault := range tests {
		t.Run(name, func(t *testing.T) {
			s := stepcatest.NewServer(t, stepcatest.Config{})
			e := enroller(t, s, func(c *stepca.Config) { c.HTTPTimeout = 300 * time.Millisecond })
			fault(s)
			_, err := e.Enrol(t.Context())
			if !errors.Is(err, mtls.ErrCAUnavailable) || mtls.Reason(err) != "ca_unavailable" {
				t.Fatalf("got %v (%s)", err, mtls.Reason(err))
			}
		})
	}
}

func TestCancelledEnrolmentReturnsAtOnce(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	s.SetFault(stepcatest.Hang().At("/sign"))
	ctx, cancel := context.WithCancel(t.Context())
	e := enroller(t, s, func(c *stepca.Config) {
		c.HTTPTimeout = time.Hour
		next := c.Token
		c.Token = func(ctx context.Context) (string, error) {
			token, err := next(ctx)
			time.AfterFunc(50*time.Millisecond, cancel)
			return token, err
		}
	})
	if _, err := e.Enrol(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

// A redirect would hand the token to whoever is named in it.
func TestRedirectsAreNotFollowed(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	other := stepcatest.NewServer(t, stepcatest.Config{CA: s.CA}) // one that would be believed
	for _, path := range []string{"/sign", "/roots.pem", "/root/" + s.Fingerprint()} {
		s.SetFault(stepcatest.Redirect(other.URL() + path).At(path))
		if _, err := enroller(t, s).Enrol(t.Context()); !errors.Is(err, mtls.ErrCAUnavailable) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if got := other.Requests(); len(got) != 0 {
		t.Errorf("the other server saw %v", got)
	}
}

func TestTokenFailureIsNotTheCAs(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	fault := errors.New("hydra is down")
	for _, source := range []func(context.Context) (string, error){
		func(context.Context) (string, error) { return "", fault },
		func(context.Context) (string, error) { return " ", nil },
	} {
		_, err := enroller(t, s, func(c *stepca.Config) { c.Token = source }).Enrol(t.Context())
		if !errors.Is(err, mtls.ErrToken) || s.Count("POST /sign") != 0 {
			t.Errorf("got %v after %d requests", err, s.Count("POST /sign"))
		}
	}
}

func TestTokenNeverAppearsInErrors(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	s.SetFault(stepcatest.EchoToken())
	token := s.Token(alice.String())
	_, err := enroller(t, s, func(c *stepca.Config) {
		c.Token = func(context.Context) (string, error) { return token, nil }
	}).Enrol(t.Context())
	refused, ok := errors.AsType[*stepca.RefusedError](err)
	if !ok || refused.Status != http.StatusForbidden || refused.Message == "" {
		t.Fatalf("got %v", err)
	}
	if strings.Contains(err.Error(), token[:20]) || strings.Contains(refused.Message, token[:20]) {
		t.Error("the error shows the token")
	}
}

func TestTrustStartsFromTheFingerprintAlone(t *testing.T) {
	s, other := stepcatest.NewServer(t, stepcatest.Config{}), stepcatest.NewServer(t, stepcatest.Config{})
	colons := func(hex string) string {
		var parts []string
		for i := 0; i < len(hex); i += 2 {
			parts = append(parts, strings.ToUpper(hex[i:i+2]))
		}
		return strings.Join(parts, ":")
	}
	pin := func(fp string) func(*stepca.Config) {
		return func(c *stepca.Config) { c.Fingerprint = fp }
	}
	t.Run("written_with_colons", func(t *testing.T) {
		if _, err := enroller(t, s, pin(colons(s.Fingerprint()))).Enrol(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("155_unknown_to_the_ca", func(t *testing.T) {
		_, err := enroller(t, s, pin(other.Fingerprint())).Enrol(t.Context())
		if !errors.Is(err, mtls.ErrFingerprintMismatch) || mtls.Reason(err) != "ca_fingerprint_mismatch" {
			t.Fatal(err)
		}
	})
	answers := map[string]string{
		"155_another_root":      `{"ca":` + jsonString(string(other.CA.RootsPEM())) + `}`,
		"155_no_root":           `{}`,
		"155_not_json":          `<html>`,
		"155_two_roots_one_key": `{"ca":` + jsonString(string(other.CA.RootsPEM())+string(s.CA.RootsPEM())) + `}`,
	}
	for name, body := range answers {
		t.Run(name, func(t *testing.T) {
			s.SetFault(stepcatest.Status(http.StatusOK, body).At("/root/" + s.Fingerprint()))
			defer s.SetFault(stepcatest.Fault{})
			if _, err := enroller(t, s).Enrol(t.Context()); !errors.Is(err, mtls.ErrFingerprintMismatch) {
				t.Fatal(err)
			}
		})
	}
	if s.Count("POST /sign") != 1 {
		t.Errorf("%d tokens were sent to a CA that had not proved itself", s.Count("POST /sign")-1)
	}
}

// TestTrustStartsFromAnyOfSeveralFingerprints: while the root is being replaced
// the CA has not the new one yet, then both, then not the old one any more.
func TestTrustStartsFromAnyOfSeveralFingerprints(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	other, third := stepcatest.NewCA(t, nil), stepcatest.NewCA(t, nil)
	enrol := func(fingerprints ...string) error {
		_, err := enroller(t, s, func(c *stepca.Config) { c.Fingerprint = strings.Join(fingerprints, ",") }).Enrol(t.Context())
		return err
	}
	for _, both := range [][]string{{s.Fingerprint(), other.Fingerprint()}, {other.Fingerprint(), s.Fingerprint()}} {
		if err := enrol(both...); err != nil {
			t.Errorf("one of two is the CA's: %v", err)
		}
	}
	if err := enrol(other.Fingerprint(), third.Fingerprint()); !errors.Is(err, mtls.ErrFingerprintMismatch) {
		t.Errorf("neither is the CA's: %v", err)
	}
	s.SetRoots(s.CA.Root, other.Root)
	if err := enrol(other.Fingerprint()); !errors.Is(err, mtls.ErrCAUntrusted) {
		t.Errorf("published, and not yet signing: %v", err)
	}
	if err := enrol(other.Fingerprint(), s.Fingerprint()); err != nil {
		t.Errorf("both are the CA's: %v", err)
	}
	forged := stepcatest.Status(http.StatusOK, `{"ca":`+jsonString(string(third.RootsPEM()))+`}`)
	s.SetFault(forged.At("/root/" + other.Fingerprint()))
	if err := enrol(s.Fingerprint(), other.Fingerprint()); !errors.Is(err, mtls.ErrFingerprintMismatch) {
		t.Errorf("another root under one of the names: %v", err)
	}
}

func TestTrustFromARootFile(t *testing.T) {
	s, other := stepcatest.NewServer(t, stepcatest.Config{}), stepcatest.NewServer(t, stepcatest.Config{})
	write := func(data []byte) string {
		path := filepath.Join(t.TempDir(), "root.pem")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file := func(path string) func(*stepca.Config) {
		return func(c *stepca.Config) { c.Fingerprint, c.RootFile = "", path }
	}
	if _, err := enroller(t, s, file(write(append([]byte("# our CA\n"), s.CA.RootsPEM()...)))).Enrol(t.Context()); err != nil {
		t.Errorf("good root: %v", err)
	}
	if _, err := enroller(t, s, file(write(other.CA.RootsPEM()))).Enrol(t.Context()); !errors.Is(err, mtls.ErrCAUntrusted) {
		t.Errorf("root of another CA: %v", err)
	}
	config := stepca.Config{
		CAURL: s.URL(), RootURL: s.URL() + "/roots.pem", Audience: "step-ca", HTTPTimeout: 5 * time.Second,
		DID: alice, Issuer: issuer, Token: s.Tokens(alice.String()),
	}
	config.RootFile, config.Fingerprint = write(other.CA.RootsPEM()), s.Fingerprint()
	if _, err := stepca.New(config); !errors.Is(err, mtls.ErrFingerprintMismatch) {
		t.Errorf("file without the pinned root: %v", err)
	}
	config.Fingerprint = ""
	leaf := identity(s.CA, alice).Leaf()
	for name, path := range map[string]string{
		"absent": filepath.Join(t.TempDir(), "none.pem"),
		"empty":  write(nil),
		"leaf":   write(pemOf(leaf)),
		"cut":    write(s.CA.RootsPEM()[:100]),
	} {
		config.RootFile = path
		if _, err := stepca.New(config); !errors.Is(err, stepca.ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSystemTrust(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	system := func(roots *x509.CertPool) func(*stepca.Config) {
		return func(c *stepca.Config) { c.Fingerprint, c.SystemRoots = "", roots }
	}
	// The private CA of the agents behind a public TLS certificate.
	id, err := enroller(t, s, system(s.CA.Pool())).Enrol(t.Context())
	if err != nil || len(id.Roots) != 1 {
		t.Fatalf("%v", err)
	}
	if _, err := enroller(t, s, system(nil)).Enrol(t.Context()); !errors.Is(err, mtls.ErrCAUntrusted) || mtls.Reason(err) != "ca_untrusted" {
		t.Fatalf("a private CA under the system's roots: %v", err)
	}
	if s.Count("POST /sign") != 1 {
		t.Error("a token was sent to an untrusted CA")
	}
}

func TestTrustFollowsTheRootBundle(t *testing.T) {
	next := stepcatest.NewCA(t, nil)
	s := stepcatest.NewServer(t, stepcatest.Config{})
	e := enroller(t, s)
	check := func(want int) {
		t.Helper()
		roots, err := e.Roots(t.Context())
		if err != nil || len(roots) != want {
			t.Fatalf("%d roots, %v; want %d", len(roots), err, want)
		}
	}
	check(1)
	s.SetRoots(s.CA.Root, next.Root)
	check(2)
	id, err := e.Enrol(t.Context())
	if err != nil || len(id.Roots) != 2 {
		t.Fatal(err)
	}
	for name, body := range map[string]string{"empty": "", "html": "<html>", "leaf": string(pemOf(id.Leaf())), "cut": string(s.CA.RootsPEM()[:300])} {
		s.SetFault(stepcatest.Status(http.StatusOK, body).At("/roots.pem"))
		if _, err := e.Roots(t.Context()); !errors.Is(err, mtls.ErrCABadCertificate) {
			t.Errorf("%s bundle: %v", name, err)
		}
	}
	s.SetFault(stepcatest.Status(http.StatusNotFound, "").At("/roots.pem"))
	check(2)
}

// When the roots it followed no longer verify the CA, trust starts again from
// the anchor: a mistake in the bundle locks nobody out for ever.
func TestTrustStartsAgainFromTheAnchor(t *testing.T) {
	other := stepcatest.NewCA(t, nil)
	s := stepcatest.NewServer(t, stepcatest.Config{})
	e := enroller(t, s)
	s.SetRoots(other.Root)
	if _, err := e.Roots(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Enrol(t.Context()); !errors.Is(err, mtls.ErrCAUntrusted) {
		t.Fatal(err)
	}
	s.SetRoots(s.CA.Root)
	if _, err := e.Enrol(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestClockSkew(t *testing.T) {
	for name, tt := range map[string]struct {
		ours    time.Duration
		refused bool
		skewed  bool
	}{
		"153_ten_minutes_behind": {-10 * time.Minute, true, true},
		"153_ten_minutes_ahead":  {10 * time.Minute, false, true},
		"twenty_seconds_ahead":   {20 * time.Second, false, false},
		"twenty_seconds_behind":  {-20 * time.Second, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			wall := &clock{offset: tt.ours}
			s := stepcatest.NewServer(t, stepcatest.Config{})
			e := enroller(t, s, func(c *stepca.Config) { c.Now = wall.Now })
			if _, known := e.ClockSkew(); known {
				t.Error("skew is known before anything was asked")
			}
			s.SetFault(stepcatest.SignAs(stepcatest.Valid(-time.Minute, time.Hour)))
			_, err := e.Enrol(t.Context())
			if (err != nil) != tt.refused || errors.Is(err, mtls.ErrClockSkew) != tt.refused || tt.refused && mtls.Reason(err) != "clock_skew" {
				t.Fatalf("got %v", err)
			}
			skew, known := e.ClockSkew()
			if !known || (skew.Abs() > stepca.MaxClockSkew) != tt.skewed || (skew+tt.ours).Abs() > 10*time.Second {
				t.Errorf("skew %s, %t", skew, known)
			}
		})
	}
}

func TestCheckProvisioner(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	e := enroller(t, s)
	if err := e.CheckProvisioner(t.Context()); err != nil {
		t.Errorf("as it should be: %v", err)
	}
	s.DisableProvisioner()
	if err := e.CheckProvisioner(t.Context()); !errors.Is(err, mtls.ErrProvisionerDisabled) {
		t.Errorf("disabled: %v", err)
	}
	s.EnableProvisioner()
	other := enroller(t, s, func(c *stepca.Config) { c.Audience = "other-ca" })
	if err := other.CheckProvisioner(t.Context()); !errors.Is(err, mtls.ErrProvisionerDisabled) {
		t.Errorf("another audience: %v", err)
	}
	lax := stepcatest.NewServer(t, stepcatest.Config{EnableRenewal: true})
	err := enroller(t, lax).CheckProvisioner(t.Context())
	if !errors.Is(err, mtls.ErrRenewalNotDisabled) || mtls.Reason(err) != "ca_renewal_enabled" {
		t.Errorf("157: renewal enabled: %v", err)
	}
	s.Stop()
	if err := e.CheckProvisioner(t.Context()); !errors.Is(err, mtls.ErrCAUnavailable) {
		t.Errorf("down: %v", err)
	}
}

func TestEnrollerConfiguration(t *testing.T) {
	good := stepca.Config{
		CAURL: "https://ca.test:9000", RootURL: "https://ca.test:9000/roots.pem", Audience: "step-ca", HTTPTimeout: time.Second,
		DID:    alice,
		Issuer: issuer,
		Token:  func(context.Context) (string, error) { return "t", nil },
	}
	if _, err := stepca.New(good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*stepca.Config){
		"no CA":               func(c *stepca.Config) { c.CAURL = "" },
		"http":                func(c *stepca.Config) { c.CAURL = "http://ca.test:9000" },
		"no scheme":           func(c *stepca.Config) { c.CAURL = "ca.test:9000" },
		"user":                func(c *stepca.Config) { c.CAURL = "https://u:p@ca.test" },
		"no host":             func(c *stepca.Config) { c.CAURL = "https:///x" },
		"root over http":      func(c *stepca.Config) { c.RootURL = "http://ca.test/roots.pem" },
		"short fingerprint":   func(c *stepca.Config) { c.Fingerprint = "abcd" },
		"fingerprint not hex": func(c *stepca.Config) { c.Fingerprint = strings.Repeat("x", 64) },
		"no roots":            func(c *stepca.Config) { c.RootURL = "" },
		"no audience":         func(c *stepca.Config) { c.Audience = "" },
		"no timeout":          func(c *stepca.Config) { c.HTTPTimeout = 0 },
		"no DID":              func(c *stepca.Config) { c.DID = did.DID{} },
		"no issuer":           func(c *stepca.Config) { c.Issuer = "" },
		"no token":            func(c *stepca.Config) { c.Token = nil },
		"negative lifetime":   func(c *stepca.Config) { c.TTL = -1 },
	} {
		cfg := good
		spoil(&cfg)
		if _, err := stepca.New(cfg); !errors.Is(err, stepca.ErrConfig) {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), "u:p@") {
			t.Errorf("%s: the error shows the password", name)
		}
	}
}

// The connection is opened by the dialler that was passed in, and by no proxy.
func TestDialContextIsUsed(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	s := stepcatest.NewServer(t, stepcatest.Config{})
	dials := 0
	_, err := enroller(t, s, func(c *stepca.Config) {
		c.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			dials++
			return new(net.Dialer).DialContext(ctx, network, addr)
		}
	}).Enrol(t.Context())
	if err != nil || dials != 3 {
		t.Errorf("%d dials, %v; want /root, /roots.pem and /sign", dials, err)
	}
}
