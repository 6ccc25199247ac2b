package configs

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
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
	cfg := Issuers(mustLoad(t,
		"AUTH__PROVIDER=oidc", "AUTH__ISSUERS=https://a.example,https://b.example/", "AUTH__AUDIENCE=me,us",
		"AUTH__ALLOWED_CLIENTS=c1", "AUTH__ALGORITHMS=ES256", "AUTH__REQUIRED_CLAIMS=tid=1", "AUTH__LEEWAY=20s",
		"AUTH__CLIENT_CLAIMS=azp", "AUTH__RIGHTS_CLAIMS=roles", "AUTH__DID_CLAIM=did", "AUTH__JWKS_REFRESH=2m", "AUTH__JWKS_MAX_STALE=30m",
		"MTLS__OIDC_AUDIENCE=our-ca"), IssuerFiles{})
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
	cfg := Issuers(mustLoad(t, "AUTH__PROVIDER=auth0", "AUTH__DOMAIN=acme.eu.auth0.com", "AUTH__AUDIENCE=me"), IssuerFiles{})
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
	if _, err := ReadIssuers(mustLoad(t, "AUTH__ISSUER_CA_FILE="+text)); !errors.Is(err, ErrIssuerCA) {
		t.Errorf("got %v", err)
	}
	if _, err := ReadIssuers(mustLoad(t, "AUTH__DID_MAP="+text)); !errors.Is(err, oidc.ErrDIDMap) {
		t.Errorf("got %v", err)
	}
	if _, err := ReadRoots(mustLoad(t, "AUTH__ISSUER_CA_FILE="+text+"2")); !errors.Is(err, ErrIssuerCA) {
		t.Errorf("got %v", err)
	}
}

func TestOutboundSettingsReachTheTokenSource(t *testing.T) {
	if HasOwnClient(mustLoad(t)) {
		t.Error("there is a client without settings")
	}
	set := mustLoad(t, "AUTH__CLIENT_ID=us", "AUTH__CLIENT_SECRET=hush", "AUTH__CLIENT_AUTH=client_secret_basic",
		"AUTH__TOKEN_URL=https://login.example/token", "AUTH__OUTBOUND_AUDIENCE_STYLE=scope", "AUTH__OUTBOUND_SCOPES=a,b")
	want := oidc.ClientCredentialsConfig{
		TokenURL: "https://login.example/token", ClientID: "us", ClientSecret: "hush", Scopes: []string{"a", "b"},
		AudienceStyle: oidc.AudienceScope, AuthMethod: oidc.ClientSecretBasic,
	}
	if c := OwnClient(set, nil); !HasOwnClient(set) || !reflect.DeepEqual(c, want) {
		t.Errorf("got %v", c)
	}
}

func TestPinsThatAreNoneAreNamed(t *testing.T) {
	key, err := did.KeyPairFromSeed(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	const name = "did:bindu:ann:poet:1"
	set := settings.Default()
	set.DID.PinnedKeys = map[string]string{name: did.EncodePublicKey(key.PublicKey())}
	known, _ := did.Parse(name)
	if pins, err := Pins(set); err != nil || len(pins) != 1 || !pins[known].Equal(key.PublicKey()) {
		t.Errorf("%v %v", pins, err)
	}
	for name, text := range map[string]string{name: "1111", "poet": did.EncodePublicKey(key.PublicKey())} {
		set.DID.PinnedKeys = map[string]string{name: text}
		if _, err := Pins(set); err == nil || !strings.HasPrefix(err.Error(), "DID__PINNED_KEYS: ") {
			t.Errorf("%s: %s: %v", name, text, err)
		}
	}
}
