package stepca_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// realAgent is an agent as the real Hydra and the real step-ca know it.
type realAgent struct {
	t      testing.TB
	a      *authoritytest.Authority
	did    did.DID
	secret string
	client *http.Client
}

// newRealAgent registers a client whose tokens are JWTs for step-ca.
func newRealAgent(t testing.TB, a *authoritytest.Authority, d did.DID, change ...func(map[string]any)) *realAgent {
	t.Helper()
	g := &realAgent{t: t, a: a, did: d, secret: "a-secret-for-tests-only", client: &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}}
	g.register(change...)
	return g
}

func (g *realAgent) register(change ...func(map[string]any)) {
	g.t.Helper()
	document := map[string]any{
		"client_id":                  g.did.String(),
		"client_secret":              g.secret,
		"grant_types":                []string{"client_credentials"},
		"token_endpoint_auth_method": "client_secret_post",
		"access_token_strategy":      "jwt",
		"audience":                   []string{"step-ca"},
		"scope":                      "agent:read",
	}
	for _, c := range change {
		c(document)
	}
	body, err := json.Marshal(document)
	if err != nil {
		g.t.Fatal(err)
	}
	if status := g.admin(http.MethodPost, "/admin/clients", body); status != http.StatusCreated {
		g.t.Fatalf("register client: HTTP %d", status)
	}
}

func (g *realAgent) admin(method, path string, body []byte) int {
	g.t.Helper()
	req, err := http.NewRequestWithContext(g.t.Context(), method, g.a.HydraAdmin+path, bytes.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := g.client.Do(req)
	if err != nil {
		g.t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

// token asks Hydra for a one-time token, as oauth/hydra does.
func (g *realAgent) token(ctx context.Context) (string, error) {
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {g.did.String()},
		"client_secret": {g.secret},
		"audience":      {"step-ca"},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.a.HydraPublic+"/oauth2/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := g.client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("hydra answered HTTP %d", resp.StatusCode)
	}
	return answer.AccessToken, json.NewDecoder(io.LimitReader(resp.Body, 1<<16)).Decode(&answer)
}

func (g *realAgent) enroller(change ...func(*stepca.Config)) *stepca.Client {
	g.t.Helper()
	cfg := stepca.Config{
		CAURL:       g.a.CAURL,
		RootURL:     g.a.CAURL + "/roots.pem",
		Audience:    "step-ca",
		Fingerprint: g.a.Fingerprint,
		DID:         g.did,
		Issuer:      g.a.HydraPublic,
		Token:       g.token,
		HTTPTimeout: 10 * time.Second,
	}
	for _, c := range change {
		c(&cfg)
	}
	e, err := stepca.New(cfg)
	if err != nil {
		g.t.Fatal(err)
	}
	return e
}

func fixedToken(token string) func(*stepca.Config) {
	return func(c *stepca.Config) {
		c.Token = func(context.Context) (string, error) { return token, nil }
	}
}

func (g *realAgent) mustToken() string {
	g.t.Helper()
	token, err := g.token(g.t.Context())
	if err != nil {
		g.t.Fatal(err)
	}
	return token
}

func mustEnrol(t testing.TB, e *stepca.Client) *mtls.Identity {
	t.Helper()
	id, err := e.Enrol(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestRealStepCA(t *testing.T) {
	t.Parallel()
	a := authoritytest.Start(t, authoritytest.Options{})
	agent := newRealAgent(t, a, alice)

	t.Run("enrol", func(t *testing.T) {
		id := mustEnrol(t, agent.enroller())
		if err := id.Verify(alice, a.HydraPublic, time.Now()); err != nil {
			t.Fatal(err)
		}
		got, err := mtls.PeerDID(&tls.ConnectionState{PeerCertificates: []*x509.Certificate{id.Leaf()}}, a.HydraPublic)
		if err != nil || got != alice {
			t.Fatalf("%s, %v", got, err)
		}
		if left := time.Until(id.NotAfter()); left < 23*time.Hour || left > 25*time.Hour {
			t.Errorf("valid for %s, not a day", left)
		}
	})
	t.Run("enrol_again_replaces_key_and_serial", func(t *testing.T) {
		e := agent.enroller(func(c *stepca.Config) { c.TTL = time.Minute })
		first, second := mustEnrol(t, e), mustEnrol(t, e)
		if first.Serial() == second.Serial() || bytes.Equal(first.Leaf().RawSubjectPublicKeyInfo, second.Leaf().RawSubjectPublicKeyInfo) {
			t.Error("key or serial number was used again")
		}
		if left := time.Until(second.NotAfter()); left > time.Minute+time.Second {
			t.Errorf("valid for %s, not a minute", left)
		}
		if skew, ok := e.ClockSkew(); !ok || skew.Abs() > 10*time.Second {
			t.Errorf("clock skew %s, %t", skew, ok)
		}
	})
	t.Run("146_token_is_single_use", func(t *testing.T) {
		e := agent.enroller(fixedToken(agent.mustToken()))
		mustEnrol(t, e)
		if _, err := e.Enrol(t.Context()); !errors.Is(err, mtls.ErrCARefused) {
			t.Fatal(err)
		}
	})
	t.Run("146_token_is_burnt_by_a_refusal", func(t *testing.T) {
		token := agent.mustToken()
		_, err := agent.enroller(fixedToken(token), func(c *stepca.Config) { c.TTL = 48 * time.Hour }).Enrol(t.Context())
		refused, ok := errors.AsType[*stepca.RefusedError](err)
		if !ok || refused.Status != http.StatusForbidden || mtls.Reason(err) != "ca_refused" {
			t.Fatalf("a lifetime above the maximum: %v", err)
		}
		if _, err := agent.enroller(fixedToken(token)).Enrol(t.Context()); !errors.Is(err, mtls.ErrCARefused) {
			t.Fatalf("the same token again: %v", err)
		}
	})
	t.Run("opaque_token", func(t *testing.T) {
		opaque := newRealAgent(t, a, carol, func(d map[string]any) { d["access_token_strategy"] = "opaque" })
		_, err := opaque.enroller().Enrol(t.Context())
		if !errors.Is(err, mtls.ErrTokenRefused) || mtls.Reason(err) != "ca_token_refused" {
			t.Fatal(err)
		}
	})
	t.Run("token_of_another_agent", func(t *testing.T) {
		other := newRealAgent(t, a, bob)
		_, err := agent.enroller(fixedToken(other.mustToken())).Enrol(t.Context())
		if !errors.Is(err, mtls.ErrCABadCertificate) || !errors.Is(err, mtls.ErrOtherDID) {
			t.Fatal(err)
		}
	})
	t.Run("157_certificate_cannot_renew_itself", func(t *testing.T) {
		id := mustEnrol(t, agent.enroller())
		pool := x509.NewCertPool()
		for _, root := range id.Roots {
			pool.AddCert(root)
		}
		tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{id.Certificate}}, DisableKeepAlives: true}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.CAURL+"/1.0/renew", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := tr.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusUnauthorized {
			t.Fatal(resp.Status)
		}
		if err := agent.enroller().CheckProvisioner(t.Context()); err != nil {
			t.Error(err)
		}
	})
	t.Run("provisioner_of_another_audience", func(t *testing.T) {
		e := agent.enroller(func(c *stepca.Config) { c.Audience = "other" })
		if err := e.CheckProvisioner(t.Context()); !errors.Is(err, mtls.ErrProvisionerDisabled) {
			t.Fatal(err)
		}
	})
	t.Run("155_other_fingerprint", func(t *testing.T) {
		e := agent.enroller(func(c *stepca.Config) { c.Fingerprint = strings.Repeat("ab", 32) })
		if _, err := e.Enrol(t.Context()); !errors.Is(err, mtls.ErrFingerprintMismatch) {
			t.Fatal(err)
		}
	})
	t.Run("private_ca_under_system_trust", func(t *testing.T) {
		e := agent.enroller(func(c *stepca.Config) { c.Fingerprint = "" })
		if _, err := e.Enrol(t.Context()); !errors.Is(err, mtls.ErrCAUntrusted) {
			t.Fatal(err)
		}
	})
	t.Run("deleted_client_gets_no_token", func(t *testing.T) {
		gone := newRealAgent(t, a, mustDID("did:bindu:a:gone:1"))
		if status := gone.admin(http.MethodDelete, "/admin/clients/"+url.PathEscape(gone.did.String()), nil); status != http.StatusNoContent {
			t.Fatalf("delete: HTTP %d", status)
		}
		if _, err := gone.enroller().Enrol(t.Context()); !errors.Is(err, mtls.ErrToken) {
			t.Fatal(err)
		}
	})
}

func TestRealStepCAFailsAndReturns(t *testing.T) {
	t.Parallel()
	a := authoritytest.Start(t, authoritytest.Options{})
	agent := newRealAgent(t, a, alice)
	e := agent.enroller()
	mustEnrol(t, e)
	early, issued := agent.mustToken(), time.Now()

	a.StopStepCA()
	if _, err := e.Enrol(t.Context()); !errors.Is(err, mtls.ErrCAUnavailable) {
		t.Errorf("down: %v", err)
	}
	a.StopHydra()
	a.StartStepCAWithoutHydra()
	a.StartHydra()
	if _, err := e.Enrol(t.Context()); !errors.Is(err, mtls.ErrProvisionerDisabled) || mtls.Reason(err) != "ca_provisioner_disabled" {
		t.Errorf("144: started while Hydra was down: %v", err)
	}
	if err := e.CheckProvisioner(t.Context()); !errors.Is(err, mtls.ErrProvisionerDisabled) {
		t.Errorf("144: %v", err)
	}
	a.StopStepCA()
	waitForNextSecond(issued)
	a.StartStepCA()
	mustEnrolSoon(t, e)
	if _, err := agent.enroller(fixedToken(early)).Enrol(t.Context()); !errors.Is(err, mtls.ErrCARefused) {
		t.Errorf("145: a token from before the restart: %v", err)
	}

	a.WipeHydra()
	agent.register()
	if _, err := e.Enrol(t.Context()); !errors.Is(err, mtls.ErrJWKSStale) || mtls.Reason(err) != "ca_jwks_stale" {
		t.Errorf("148: Hydra has new keys: %v", err)
	}
	a.StopStepCA()
	a.StartStepCA()
	mustEnrolSoon(t, e)

	a.WipeStepCA()
	if _, err := e.Enrol(t.Context()); !errors.Is(err, mtls.ErrCAUntrusted) {
		t.Errorf("a CA with a new root on the old address: %v", err)
	}
	if _, err := e.Enrol(t.Context()); !errors.Is(err, mtls.ErrFingerprintMismatch) {
		t.Errorf("a CA with a new root, asked again: %v", err)
	}
}

// waitForNextSecond: the real step-ca knows its own start by whole seconds, and
// takes a token issued in that second for one issued after it.
func waitForNextSecond(after time.Time) {
	<-time.After(time.Until(after.Truncate(time.Second).Add(time.Second)))
}

// mustEnrolSoon allows for step-ca's rule that a token must not be issued before
// the second in which it started: the enroller may still hold one.
func mustEnrolSoon(t *testing.T, e *stepca.Client) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); {
		if _, err = e.Enrol(t.Context()); err == nil {
			return
		}
	}
	t.Fatal(err)
}
