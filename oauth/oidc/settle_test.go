package oidc_test

import (
	"context"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/oidctest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/oidc"
)

// lazyVerifier trusts the server by its root, as an agent with a private
// authority for its issuers does.
func lazyVerifier(t *testing.T, s *oidctest.Server, issuers ...string) *oidc.Verifier {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(s.RootPEM()) {
		t.Fatal("no root")
	}
	c := oidc.Config{Lazy: true, Roots: roots}
	for _, name := range issuers {
		c.Issuers = append(c.Issuers, oidc.Issuer{Issuer: name, Audiences: []string{"me"}})
	}
	v, err := oidc.New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	return v
}

func TestSettleWaitsForEveryIssuerUpOrDown(t *testing.T) {
	s := oidctest.NewServer(t)
	up, down := s.Issuer("", ""), s.Issuer(s.URL()+"/down", "")
	down.Discovery.Fail(oidctest.Drop())
	v := lazyVerifier(t, s, up.URL, down.URL)
	if err := v.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, status := range v.Status() {
		if (status.Err == nil) != (status.Issuer == up.URL) {
			t.Errorf("%+v", status)
		}
	}
	token := up.Mint(map[string]any{"iss": up.URL, "aud": "me", "sub": "poet", "exp": time.Now().Add(time.Hour).Unix()})
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Error(err)
	}
}

func TestSettleEndsWithItsContext(t *testing.T) {
	s := oidctest.NewServer(t)
	issuer := s.Issuer("", "")
	issuer.Discovery.Fail(oidctest.Hang())
	v := lazyVerifier(t, s, issuer.URL)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := v.Settle(ctx); !errors.Is(err, oauth.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
