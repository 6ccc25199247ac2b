package oidc_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/getbindu/bindu-go/internal/oidctest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/oidc"
)

func TestVerifiedClaims(t *testing.T) {
	w := newWorld(t, func(c *oidc.Config) { c.Issuers[0].DIDClaim = "https://acme.example/did" })
	got, err := w.verifier.Verify(t.Context(), w.issuer.Mint(claims(map[string]any{
		"token_use": "access", "https://acme.example/did": "did:bindu:a:b:c", "org": map[string]any{"id": 7},
	})))
	if err != nil {
		t.Fatal(err)
	}
	if got.Issuer != testIssuer || got.Subject != "poet@clients" || got.ClientID != "poet" || got.DID != "did:bindu:a:b:c" {
		t.Errorf("who: %+v", got)
	}
	if got.TokenUse != "access_token" || !slices.Equal(got.Audience, []string{testAudience}) {
		t.Errorf("use %q, audience %q", got.TokenUse, got.Audience)
	}
	if got.Extra["azp"] != "poet" || got.Extra["org"] == nil || got.Extra["iss"] != nil {
		t.Errorf("extra: %v", got.Extra)
	}
}

// TestHostile036Rights shows that permissions are taken as they are written.
func TestHostile036Rights(t *testing.T) {
	w := newWorld(t, nil)
	for _, c := range []struct {
		name   string
		claims map[string]any
		want   []string
	}{
		{"scope text", map[string]any{"scope": "agent:read agent:write"}, []string{"agent:read", "agent:write"}},
		{"scope array", map[string]any{"scope": []string{"agent:read"}}, []string{"agent:read"}},
		{"permissions before scope", map[string]any{"scope": "b a", "permissions": []string{"a"}}, []string{"a", "b"}},
		{"scp and roles", map[string]any{"scope": nil, "scp": "a", "roles": []string{"b", "a"}}, []string{"a", "b"}},
		{"a longer name is another", map[string]any{"scope": "agent:writer"}, []string{"agent:writer"}},
		{"a star is not a wildcard", map[string]any{"scope": "agent:*"}, []string{"agent:*"}},
		{"only spaces separate", map[string]any{"scope": "a\tb,c  d"}, []string{"a\tb,c", "d"}},
		{"an array element is one permission", map[string]any{"scope": []string{"a b"}}, []string{"a b"}},
		{"object", map[string]any{"scope": map[string]any{"agent:read": true}}, nil},
		{"array with a number", map[string]any{"scope": []any{"agent:read", 1}}, nil},
		{"none", map[string]any{"scope": nil}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := w.verifier.Verify(t.Context(), w.issuer.Mint(claims(c.claims)))
			if err != nil || !slices.Equal(got.Scopes, c.want) {
				t.Errorf("permissions %q, %v, want %q", got.Scopes, err, c.want)
			}
			if got.HasScope("agent:write") && !slices.Contains(c.want, "agent:write") {
				t.Error("agent:write was granted")
			}
		})
	}
}

func TestClientClaimsAreReadInOrder(t *testing.T) {
	w := newWorld(t, nil)
	for _, c := range []struct {
		claims map[string]any
		want   string
	}{
		{map[string]any{"client_id": "1", "azp": "2", "appid": "3"}, "1"},
		{map[string]any{"azp": "2", "appid": "3"}, "2"},
		{map[string]any{"azp": nil, "appid": "3"}, "3"},
		{map[string]any{"azp": nil}, "poet@clients"},
	} {
		got, err := w.verifier.Verify(t.Context(), w.issuer.Mint(claims(c.claims)))
		if err != nil || got.ClientID != c.want {
			t.Errorf("%v: client %q, %v, want %q", c.claims, got.ClientID, err, c.want)
		}
	}
}

func TestRequiredClaims(t *testing.T) {
	for _, c := range []struct {
		name     string
		required map[string]string
		ok       bool
	}{
		{"present", map[string]string{"tid": ""}, true},
		{"absent", map[string]string{"team": ""}, false},
		{"null is absent", map[string]string{"nothing": ""}, false},
		{"value", map[string]string{"tid": "t-1"}, true},
		{"other value", map[string]string{"tid": "t-2"}, false},
		{"prefix of the value", map[string]string{"tid": "t"}, false},
		{"in an array", map[string]string{"groups": "g-2"}, true},
		{"not in the array", map[string]string{"groups": "g-3"}, false},
		{"boolean", map[string]string{"verified": "true"}, true},
		{"number", map[string]string{"level": "3"}, true},
		{"nested", map[string]string{"org.id": "o-1"}, true},
		{"nested absent", map[string]string{"org.name": ""}, false},
		{"nested through a string", map[string]string{"tid.x": ""}, false},
		{"name with dots before path", map[string]string{"https://a.example/x": "y"}, true},
		{"object has no value", map[string]string{"org": "o-1"}, false},
		{"all of them", map[string]string{"tid": "t-1", "level": "4"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, func(cfg *oidc.Config) { cfg.Issuers[0].RequiredClaims = c.required })
			token := w.issuer.Mint(claims(map[string]any{
				"tid": "t-1", "groups": []string{"g-1", "g-2"}, "verified": true, "level": 3, "nothing": json.RawMessage("null"),
				"https://a.example/x": "y", "org": map[string]any{"id": "o-1"},
			}))
			_, err := w.verifier.Verify(t.Context(), token)
			if c.ok != (err == nil) || (!c.ok && !errors.Is(err, oauth.ErrMissingClaim)) {
				t.Errorf("Verify: %v, want ok %v", err, c.ok)
			}
		})
	}
}

// TestEveryAlgorithm signs and verifies with each algorithm, and shows that a
// token may not choose another than its issuer allows.
func TestEveryAlgorithm(t *testing.T) {
	for _, name := range []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"} {
		t.Run(name, func(t *testing.T) {
			server := oidctest.NewServer(t)
			w := world{server: server, issuer: server.Issuer(testIssuer, "")}
			w.issuer.SetKeys(oidctest.NewKey(t, "k", name))
			v := w.newVerifier(t, func(c *oidc.Config) { c.Issuers[0].Algorithms = []string{name} })
			token := w.issuer.Mint(claims(nil))
			if _, err := v.Verify(t.Context(), token); err != nil {
				t.Errorf("Verify: %v", err)
			}
			changed := w.issuer.Mint(claims(map[string]any{"azp": "painter"}))
			if _, err := v.Verify(t.Context(), graft(changed, token)); !errors.Is(err, oauth.ErrSignature) {
				t.Errorf("changed token: %v, want ErrSignature", err)
			}
		})
	}
}

// graft puts the signature of b under a.
func graft(a, b string) string {
	dot := func(s string) int {
		for i := len(s) - 1; ; i-- {
			if s[i] == '.' {
				return i
			}
		}
	}
	return a[:dot(a)] + b[dot(b):]
}
