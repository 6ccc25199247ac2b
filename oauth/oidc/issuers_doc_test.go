package oidc_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/oidctest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/oidc"
	"github.com/getbindu/bindu-go/settings"
)

var docBlock = regexp.MustCompile("(?s)<!-- fixtures: ([^>]*) -->\n```dotenv\n(.*?)```")

// documented returns, for each fixture, the configuration that docs/issuers.md
// gives for it, as the settings read it.
func documented(t *testing.T) map[string]oidc.Issuer {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "issuers.md"))
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]oidc.Issuer)
	for _, block := range docBlock.FindAllStringSubmatch(string(page), -1) {
		issuer := issuerFrom(t, strings.Split(strings.TrimSpace(block[2]), "\n"))
		for name := range strings.FieldsSeq(block[1]) {
			out[name] = issuer
		}
	}
	return out
}

func issuerFrom(t *testing.T, environ []string) oidc.Issuer {
	t.Helper()
	s, err := settings.Load(settings.Options{Environ: environ, SkipDotEnv: true, AllowIncomplete: true})
	if err != nil {
		t.Fatalf("%s: %v", environ, err)
	}
	issuer := oidc.Issuer{}
	if s.Auth.Provider == settings.ProviderAuth0 {
		if issuer, err = oidc.Auth0(string(s.Auth.Domain), s.Auth.Audience[0]); err != nil {
			t.Fatal(err)
		}
	} else {
		issuer.Issuer, issuer.JWKSURI, issuer.Audiences = s.Auth.Issuers[0], string(s.Auth.JWKSURI), s.Auth.Audience
	}
	issuer.Algorithms, issuer.AllowedClients, issuer.RequiredClaims = s.Auth.Algorithms, s.Auth.AllowedClients, s.Auth.RequiredClaims
	issuer.Leeway, issuer.ClientClaims, issuer.RightsClaims = time.Duration(s.Auth.Leeway), s.Auth.ClientClaims, s.Auth.RightsClaims
	return issuer
}

// provider is a known issuer, served locally under its real address.
type provider struct {
	oidctest.Fixture
	issuer *oidctest.Issuer
	config oidc.Issuer
	server *oidctest.Server
}

func newProvider(t *testing.T, name string) provider {
	t.Helper()
	config, ok := documented(t)[name]
	if !ok {
		t.Fatalf("docs/issuers.md has no configuration for the fixture %s", name)
	}
	f := oidctest.ReadFixture(t, name)
	server := oidctest.NewServer(t)
	return provider{Fixture: f, server: server, issuer: server.Issuer(f.Issuer(), f.JWKSURI), config: config}
}

// verify checks a token with the documented configuration after changes.
func (p provider) verify(t *testing.T, token string, change func(*oidc.Issuer), did string) (oauth.Claims, error) {
	t.Helper()
	config := p.config
	if change != nil {
		change(&config)
	}
	c := oidc.Config{Issuers: []oidc.Issuer{config}, HTTPClient: p.server.Client()}
	if did != "" {
		c.DIDMap = writeDIDMap(t, p.Issuer(), wantClients[p.Name], did)
	}
	v, err := oidc.New(t.Context(), c)
	if err != nil {
		return oauth.Claims{}, err
	}
	defer func() { _ = v.Close() }()
	return v.Verify(t.Context(), token)
}

func writeDIDMap(t *testing.T, issuer, client, did string) *oidc.DIDMap {
	t.Helper()
	path := filepath.Join(t.TempDir(), "dids.json")
	doc := map[string]any{"clients": []any{map[string]any{"issuer": issuer, "client": client, "did": did}}}
	if err := os.WriteFile(path, mustJSON(doc), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := oidc.LoadDIDMap(path)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var wantClients = map[string]string{
	"auth0-m2m":                "r3AlQm5xUeXampleClient0fAcme0001",
	"auth0-m2m-rbac":           "r3AlQm5xUeXampleClient0fAcme0001",
	"entra-v1":                 "c7d0e4b2-6a1f-4e39-b8d5-2f3a4b5c6d7e",
	"entra-v2":                 "c7d0e4b2-6a1f-4e39-b8d5-2f3a4b5c6d7e",
	"cognito-access":           "7examplepoolclient0123456789",
	"google-id-token":          "104230000000000000001",
	"keycloak-service-account": "poet",
	"github-actions":           "repo:acme/poet:ref:refs/heads/main",
}

var wantRights = map[string][]string{
	"auth0-m2m":                {"agent:read", "agent:write"},
	"auth0-m2m-rbac":           {"agent:read", "agent:write"},
	"entra-v1":                 {"agent:read", "agent:write"},
	"entra-v2":                 {"agent:read", "agent:write"},
	"cognito-access":           {"agent/read", "agent/write"},
	"google-id-token":          {"poet@acme-prod.iam.gserviceaccount.com"},
	"keycloak-service-account": {"agent:read", "agent:write"},
	"github-actions":           {"acme/poet"},
}

func TestDocumentedConfigurationsVerifyTheirTokens(t *testing.T) {
	const did = "did:bindu:you_at_example_com:poet:1"
	for _, f := range oidctest.Fixtures(t) {
		t.Run(f.Name, func(t *testing.T) {
			p := newProvider(t, f.Name)
			got, err := p.verify(t, p.Mint(p.issuer, time.Now(), nil), nil, did)
			if err != nil {
				t.Fatalf("Verify: %v", err)
			}
			if got.Issuer != f.Issuer() || got.ClientID != wantClients[f.Name] || got.DID != did {
				t.Errorf("issuer %q, client %q, DID %q", got.Issuer, got.ClientID, got.DID)
			}
			if !slices.Equal(got.Scopes, wantRights[f.Name]) {
				t.Errorf("permissions %q, want %q", got.Scopes, wantRights[f.Name])
			}
			if got.ExpiresAt.Before(time.Now()) || got.IssuedAt.IsZero() {
				t.Errorf("times: %+v", got)
			}
		})
	}
}

// TestIssuerTraps shows for each trap on docs/issuers.md that it is a refusal, and
// which.
func TestIssuerTraps(t *testing.T) {
	for _, c := range []struct {
		name, fixture string
		claims        map[string]any
		change        func(*oidc.Issuer)
		want          error
	}{
		{"auth0: issuer without its slash", "auth0-m2m", nil,
			func(i *oidc.Issuer) { i.Issuer = strings.TrimSuffix(i.Issuer, "/") }, oauth.ErrIssuer},
		{"auth0: a person through the same application", "auth0-m2m",
			map[string]any{"sub": "auth0|5f7c8ec7c33c6c004bbafe82", "gty": nil}, nil, oauth.ErrMissingClaim},
		{"auth0: ID token where the audience is the client id", "auth0-m2m",
			map[string]any{"aud": "r3AlQm5xUeXampleClient0fAcme0001", "nonce": "n", "gty": nil},
			func(i *oidc.Issuer) { i.Audiences = []string{"r3AlQm5xUeXampleClient0fAcme0001"} }, oauth.ErrTokenUse},
		{"auth0: custom domain", "auth0-m2m",
			map[string]any{"iss": "https://login.acme.example/"}, nil, oauth.ErrIssuer},
		{"entra: version 1 token, version 2 settings", "entra-v2",
			map[string]any{"iss": "https://sts.windows.net/5b1e7b0a-7d3c-4c8e-9a52-3f0f5d1c2b6a/"}, nil, oauth.ErrIssuer},
		{"entra: application ID URI where the version has the bare id", "entra-v2",
			map[string]any{"aud": "api://9f6a2c41-1f0e-4f5d-8a77-0c1d2e3f4a5b"}, nil, oauth.ErrAudience},
		{"entra: ID token of version 2", "entra-v2",
			map[string]any{"azp": nil, "azpacr": nil, "roles": nil}, nil, oauth.ErrMissingClaim},
		{"entra: common", "entra-v2", nil,
			func(i *oidc.Issuer) { i.Issuer = "https://login.microsoftonline.com/common/v2.0" }, oauth.ErrUnavailable},
		{"entra: another tenant", "entra-v2",
			map[string]any{"tid": "00000000-0000-4000-8000-000000000000"}, nil, oauth.ErrMissingClaim},
		{"cognito: audience configured", "cognito-access", nil,
			func(i *oidc.Issuer) { i.Audiences = []string{"https://agents.acme.example"} }, oauth.ErrAudience},
		{"cognito: ID token", "cognito-access",
			map[string]any{"token_use": "id", "aud": "7examplepoolclient0123456789"}, nil, oauth.ErrTokenUse},
		{"cognito: another client", "cognito-access",
			map[string]any{"client_id": "other"}, nil, oauth.ErrAudience},
		{"cognito: insisting on a type", "cognito-access", nil,
			func(i *oidc.Issuer) { i.Types = []string{"at+jwt"} }, oauth.ErrTokenUse},
		{"google: somebody else's service account", "google-id-token",
			map[string]any{"azp": "999", "sub": "999"}, nil, oauth.ErrAudience},
		{"google: a person who signed in", "google-id-token",
			map[string]any{"at_hash": "HK6E_P6Dh8Y93mRNtsDB1Q"}, nil, oauth.ErrTokenUse},
		{"keycloak: no audience mapper", "keycloak-service-account",
			map[string]any{"aud": "account"}, nil, oauth.ErrAudience},
		{"keycloak: ID token", "keycloak-service-account",
			map[string]any{"typ": "ID"}, nil, oauth.ErrTokenUse},
		{"keycloak: refresh token", "keycloak-service-account",
			map[string]any{"typ": "Refresh"}, nil, oauth.ErrTokenUse},
		{"github: another owner of the same name", "github-actions",
			map[string]any{"repository_owner_id": "99999"}, nil, oauth.ErrMissingClaim},
		{"github: default audience", "github-actions",
			map[string]any{"aud": "https://github.com/acme"}, nil, oauth.ErrAudience},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newProvider(t, c.fixture)
			if _, err := p.verify(t, p.Mint(p.issuer, time.Now(), c.claims), c.change, ""); !errors.Is(err, c.want) {
				t.Errorf("Verify: %v, want %v", err, c.want)
			}
		})
	}
}

// TestOtherRightsDoNotCount shows that what looks like a permission in another
// claim grants nothing.
func TestOtherRightsDoNotCount(t *testing.T) {
	p := newProvider(t, "keycloak-service-account")
	got, err := p.verify(t, p.Mint(p.issuer, time.Now(), map[string]any{"scope": "agent:admin", "roles": []string{"agent:admin"}}), nil, "")
	if err != nil || got.HasScope("agent:admin") {
		t.Errorf("Verify: %v, permissions %q", err, got.Scopes)
	}
}

// TestDIDMapIsForOneFormOfSubject shows that a job on another branch is another
// client.
func TestDIDMapIsForOneFormOfSubject(t *testing.T) {
	p := newProvider(t, "github-actions")
	for _, sub := range []string{
		"repo:acme/poet:ref:refs/heads/other", "repo:acme/poet:environment:prod", "repo:acme/poet:pull_request",
		"repo:acme@65432/poet@7654321:ref:refs/heads/main",
	} {
		got, err := p.verify(t, p.Mint(p.issuer, time.Now(), map[string]any{"sub": sub}), nil, "did:bindu:a:b:c")
		if err != nil || got.DID != "" {
			t.Errorf("%s: %v, DID %q", sub, err, got.DID)
		}
	}
}
