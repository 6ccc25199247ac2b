package oidc_test

import (
	"maps"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/internal/oidctest"
	"github.com/getbindu/bindu-go/oauth/oidc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testIssuer   = "https://issuer.example"
	testAudience = "https://agent.example"
)

// world is one issuer and a verifier that trusts it.
type world struct {
	server   *oidctest.Server
	issuer   *oidctest.Issuer
	verifier *oidc.Verifier
}

// newWorld starts both. change may alter the configuration before the verifier
// is made.
func newWorld(t testing.TB, change func(*oidc.Config)) world {
	t.Helper()
	server := oidctest.NewServer(t)
	w := world{server: server, issuer: server.Issuer(testIssuer, "")}
	w.verifier = w.newVerifier(t, change)
	return w
}

func (w world) newVerifier(t testing.TB, change func(*oidc.Config)) *oidc.Verifier {
	t.Helper()
	config := oidc.Config{
		Issuers:    []oidc.Issuer{{Issuer: testIssuer, Audiences: []string{testAudience}}},
		HTTPClient: w.server.Client(),
	}
	if change != nil {
		change(&config)
	}
	v, err := oidc.New(t.Context(), config)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return v
}

// claims are those of a good token, with changes; a nil value removes a claim.
func claims(changes map[string]any) map[string]any {
	now := time.Now()
	c := map[string]any{
		"iss": testIssuer, "aud": testAudience, "sub": "poet@clients", "azp": "poet",
		"scope": "agent:read agent:write",
		"iat":   now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(name string, v any) bool {
		_, changed := changes[name]
		return changed && v == nil
	})
	return c
}
