package hydra_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

func introspections(t *testing.T, w *world) {
	a := newAgent(t, "introspections")
	a.wanted.Audience = []string{"step-ca", "agents"}
	c := a.reconcile(t, w).Credentials
	source := hydra.NewTokenSource(w.config(), c, []string{"agent:read", "agent:write"})
	defer source.Close()
	verifier := hydra.NewIntrospector(w.config(), hydra.IntrospectorOptions{Issuer: w.public, ForbiddenAudiences: []string{"step-ca"}})
	defer verifier.Close()

	token, err := source.Token(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	claims, err := verifier.Verify(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	if claims.DID != c.ClientID || claims.ClientID != c.ClientID || claims.Subject != c.ClientID ||
		claims.Issuer != w.public || claims.TokenUse != "access_token" ||
		!slices.Equal(claims.Scopes, []string{"agent:read", "agent:write"}) || len(claims.Audience) != 0 {
		t.Errorf("claims %+v", claims)
	}
	if left := time.Until(claims.ExpiresAt); left < 50*time.Minute || left > 61*time.Minute {
		t.Errorf("expires in %v", left)
	}

	ticket, err := source.Fresh(t.Context(), "step-ca")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verifier.Verify(t.Context(), ticket); !errors.Is(err, oauth.ErrAudience) {
		t.Errorf("a token made for step-ca: %v, want ErrAudience", err)
	}
	other, err := source.Token(t.Context(), "agents")
	if err != nil {
		t.Fatal(err)
	}
	if claims, err := verifier.Verify(t.Context(), other); err != nil || !claims.HasAudience("agents") {
		t.Errorf("a token with an audience: %v %v", claims.Audience, err)
	}
	if _, err := verifier.Verify(t.Context(), "eyJhbGciOiJub25lIn0.e30."); !errors.Is(err, oauth.ErrInactive) {
		t.Errorf("a token without a signature: %v, want ErrInactive", err)
	}
}

// tokenOf returns a token of c, and who would verify it.
func tokenOf(t *testing.T, w *world, c *hydra.Credentials) (string, *hydra.Introspector) {
	t.Helper()
	source := hydra.NewTokenSource(w.config(), c, nil)
	t.Cleanup(source.Close)
	token, err := source.Token(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	verifier := hydra.NewIntrospector(w.config(), hydra.IntrospectorOptions{Issuer: w.public})
	t.Cleanup(func() { _ = verifier.Close() })
	return token, verifier
}

func deletedClientTokens(t *testing.T, w *world) {
	a := newAgent(t, "deleted tokens")
	token, verifier := tokenOf(t, w, a.reconcile(t, w).Credentials)
	if _, err := verifier.VerifyFresh(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	if status, _ := w.call(t, http.MethodDelete, w.clientURL(a.wanted.DID), nil); status != http.StatusNoContent {
		t.Fatal(status)
	}
	if _, err := verifier.VerifyFresh(t.Context(), token); !errors.Is(err, oauth.ErrInactive) {
		t.Errorf("token of a deleted client: %v, want ErrInactive", err)
	}
}

func registeredKeys(t *testing.T, w *world) {
	a := newAgent(t, "registered keys")
	a.reconcile(t, w)
	resolver := hydra.NewKeyResolver(w.config(), hydra.KeyResolverOptions{})
	defer resolver.Close()
	key, err := resolver.PublicKey(t.Context(), a.wanted.DID)
	if err != nil || !key.Equal(a.wanted.PublicKey) {
		t.Errorf("key %x, %v, want %x", key, err, a.wanted.PublicKey)
	}
	if _, err := resolver.PublicKey(t.Context(), newAgent(t, "nobody").wanted.DID); !errors.Is(err, hydra.ErrKeyUnavailable) {
		t.Errorf("key of nobody: %v, want ErrKeyUnavailable", err)
	}
}

// revocation keeps a token in use at a real Hydra, so that its verdict is
// always a cached one, and revokes it.
func revocation(t *testing.T, w *world) {
	a := newAgent(t, "revocation")
	c := a.reconcile(t, w).Credentials
	token, verifier := tokenOf(t, w, c)
	if _, err := verifier.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	w.revoke(t, c, token)
	revoked := time.Now()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		asked := time.Now()
		_, err := verifier.Verify(t.Context(), token)
		if errors.Is(err, oauth.ErrInactive) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if age := asked.Sub(revoked); age > hydra.MaxVerdictAge {
			t.Fatalf("still good %v after its revocation", age)
		}
	}
}

// downAndBack: no verdict while Hydra is gone, no restart of ours when it is back.
func downAndBack(t *testing.T, w *world, authority *authoritytest.Authority) {
	a := newAgent(t, "down and back")
	c := a.reconcile(t, w).Credentials
	source := hydra.NewTokenSource(w.config(), c, nil)
	defer source.Close()
	token, err := source.Token(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	verifier := hydra.NewIntrospector(w.config(), hydra.IntrospectorOptions{Issuer: w.public})
	defer verifier.Close()

	authority.StopHydra()
	if _, err := verifier.Verify(t.Context(), token); !errors.Is(err, oauth.ErrUnavailable) {
		t.Errorf("Hydra down: %v, want ErrUnavailable", err)
	}
	if _, err := a.registrar(w.config()).Reconcile(t.Context(), a.wanted); !errors.Is(err, oauth.ErrUnavailable) {
		t.Errorf("reconcile while Hydra is down: %v, want ErrUnavailable", err)
	}
	if err := hydra.Ready(t.Context(), w.config()); !errors.Is(err, oauth.ErrUnavailable) {
		t.Errorf("ready while Hydra is down: %v, want ErrUnavailable", err)
	}
	authority.StartHydra()
	if _, err := verifier.Verify(t.Context(), token); err != nil {
		t.Errorf("Hydra back: %v", err)
	}
	if result := a.reconcile(t, w); result.Action != hydra.Unchanged {
		t.Errorf("Hydra back: %s", result.Action)
	}
}
