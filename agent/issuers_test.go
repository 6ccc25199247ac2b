package agent

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth/oidc"
	"github.com/getbindu/bindu-go/settings"
)

func mustLoad(t *testing.T, environ ...string) settings.Settings {
	t.Helper()
	set, err := settings.Load(settings.Options{Environ: environ, SkipDotEnv: true, AllowIncomplete: true})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// Every setting about tokens of issuers reaches the verifier; one that is
// forgotten on the way would be a check that is not made.
func TestIssuerSettingsReachTheVerifier(t *testing.T) {
	cfg, err := OIDCConfig(mustLoad(t,
		"AUTH__PROVIDER=oidc", "AUTH__ISSUERS=https://a.example,https://b.example/", "AUTH__AUDIENCE=me,us",
		"AUTH__ALLOWED_CLIENTS=c1", "AUTH__ALGORITHMS=ES256", "AUTH__REQUIRED_CLAIMS=tid=1", "AUTH__LEEWAY=20s",
		"AUTH__CLIENT_CLAIMS=azp", "AUTH__RIGHTS_CLAIMS=roles", "AUTH__DID_CLAIM=did", "AUTH__JWKS_REFRESH=2m", "AUTH__JWKS_MAX_STALE=30m",
		"MTLS__OIDC_AUDIENCE=our-ca"))
	if err != nil {
		t.Fatal(err)
	}
	want := oidc.Issuer{
		Issuer: "https://a.example", Audiences: []string{"me", "us"}, RefusedAudiences: []string{"our-ca"}, AllowedClients: []string{"c1"},
		Algorithms: []string{"ES256"}, RequiredClaims: map[string]string{"tid": "1"}, Leeway: 20 * time.Second,
		ClientClaims: []string{"azp"}, RightsClaims: []string{"roles"}, DIDClaim: "did",
	}
	if len(cfg.Issuers) != 2 || !reflect.DeepEqual(cfg.Issuers[0], want) || cfg.Issuers[1].Issuer != "https://b.example/" {
		t.Errorf("issuers %+v", cfg.Issuers)
	}
	if cfg.RefreshInterval != 2*time.Minute || cfg.MaxStale != 30*time.Minute || cfg.AllowInsecureLoopback || cfg.Roots != nil {
		t.Errorf("configuration %+v", cfg)
	}
}

func TestAuth0NeedsNoDiscovery(t *testing.T) {
	cfg, err := OIDCConfig(mustLoad(t, "AUTH__PROVIDER=auth0", "AUTH__DOMAIN=acme.eu.auth0.com", "AUTH__AUDIENCE=me"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := oidc.Auth0("acme.eu.auth0.com", "me")
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.Issuers) != 1 || cfg.Issuers[0].Issuer != want.Issuer || cfg.Issuers[0].JWKSURI != want.JWKSURI {
		t.Errorf("issuers %+v", cfg.Issuers)
	}
}

func TestBrokenFilesOfIssuersAreNamed(t *testing.T) {
	text := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(text, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OIDCConfig(mustLoad(t, "AUTH__ISSUER_CA_FILE="+text)); !errors.Is(err, ErrIssuerCA) {
		t.Errorf("got %v", err)
	}
	if _, err := OIDCConfig(mustLoad(t, "AUTH__DID_MAP="+text)); !errors.Is(err, oidc.ErrDIDMap) {
		t.Errorf("got %v", err)
	}
	if _, _, err := OutboundConfig(mustLoad(t, "AUTH__CLIENT_ID=us", "AUTH__CLIENT_SECRET=hush", "AUTH__ISSUER_CA_FILE="+text+"2")); !errors.Is(err, ErrIssuerCA) {
		t.Errorf("got %v", err)
	}
}

func TestOutboundSettingsReachTheTokenSource(t *testing.T) {
	if _, configured, err := OutboundConfig(mustLoad(t)); configured || err != nil {
		t.Errorf("configured %v, %v", configured, err)
	}
	c, configured, err := OutboundConfig(mustLoad(t, "AUTH__CLIENT_ID=us", "AUTH__CLIENT_SECRET=hush", "AUTH__CLIENT_AUTH=client_secret_basic",
		"AUTH__TOKEN_URL=https://login.example/token", "AUTH__OUTBOUND_AUDIENCE_STYLE=scope", "AUTH__OUTBOUND_SCOPES=a,b"))
	if err != nil || !configured {
		t.Fatal(configured, err)
	}
	want := oidc.ClientCredentialsConfig{
		TokenURL: "https://login.example/token", ClientID: "us", ClientSecret: "hush", Scopes: []string{"a", "b"},
		AudienceStyle: oidc.AudienceScope, AuthMethod: oidc.ClientSecretBasic,
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got %v", c)
	}
}

func TestPinnedKeysKnowNobodyElse(t *testing.T) {
	key, err := did.KeyPairFromSeed(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	const name = "did:bindu:ann:poet:1"
	pinned, err := readPins(map[string]string{name: did.EncodePublicKey(key.PublicKey())})
	if err != nil {
		t.Fatal(err)
	}
	known, _ := did.Parse(name)
	other, _ := did.Parse("did:bindu:ann:critic:1")
	if got, err := pinned.PublicKey(t.Context(), known); err != nil || !got.Equal(key.PublicKey()) {
		t.Errorf("%v %v", got, err)
	}
	if _, err := pinned.PublicKey(t.Context(), other); !errors.Is(err, errNotPinned) {
		t.Errorf("got %v", err)
	}
	if _, err := readPins(map[string]string{name: "1111"}); err == nil {
		t.Error("a key of the wrong length is accepted")
	}
}
