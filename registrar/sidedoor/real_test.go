package sidedoor_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/registrar/sidedoor"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// place is the real Hydra and the real step-ca, whose webhook nobody needs to answer:
// this looks at them and obtains nothing but once.
type place struct {
	*testing.T
	*authoritytest.Authority
	cfg sidedoor.Config
}

func newPlace(t *testing.T) *place {
	t.Helper()
	if testing.Short() {
		t.Skip("needs the real Hydra and step-ca")
	}
	p := &place{T: t, Authority: authoritytest.Start(t, authoritytest.Options{Webhook: hook})}
	parse := func(text string) *url.URL {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	p.cfg = sidedoor.Config{
		CAURL: parse(p.CAURL), Audience: "step-ca", Webhook: hook, HydraPublic: parse(p.HydraPublic), HydraAdmin: parse(p.HydraAdmin),
		Hydra: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, Timeout: time.Minute,
	}
	p.enrol()
	return p
}

// enrol obtains a certificate while nobody is asked.
func (p *place) enrol() {
	p.T.Helper()
	p.ChangeStepCA(func(caJSON map[string]any) { delete(provisionerOf(caJSON), "options") })
	d, err := did.Parse("did:bindu:a:registrar:1")
	if err != nil {
		p.Fatal(err)
	}
	if status := p.post(p.HydraAdmin+"/admin/clients", map[string]any{
		"client_id": d.String(), "client_secret": "a-secret-for-tests-only", "grant_types": []string{"client_credentials"},
		"token_endpoint_auth_method": "client_secret_post", "access_token_strategy": "jwt", "audience": []string{"step-ca"},
	}); status != http.StatusCreated {
		p.Fatal(status)
	}
	client, err := stepca.New(stepca.Config{
		CAURL: p.CAURL, RootURL: p.CAURL + "/roots.pem", Audience: "step-ca", Fingerprint: p.Fingerprint, DID: d, Issuer: p.HydraPublic,
		HTTPTimeout: time.Minute, Token: func(ctx context.Context) (string, error) { return p.token(ctx, d) },
	})
	if err != nil {
		p.Fatal(err)
	}
	var id *mtls.Identity
	for deadline := time.Now().Add(time.Minute); ; { // step-ca takes no token from before the second of its start
		if id, err = client.Enrol(p.Context()); err == nil {
			break
		}
		if time.Now().After(deadline) {
			p.Fatal(err)
		}
	}
	p.cfg.Own, p.cfg.Roots = &id.Certificate, x509.NewCertPool()
	for _, root := range id.Roots {
		p.cfg.Roots.AddCert(root)
	}
}

func (p *place) token(ctx context.Context, d did.DID) (string, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {d.String()}, "client_secret": {"a-secret-for-tests-only"}, "audience": {"step-ca"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.HydraPublic+"/oauth2/token", bytes.NewBufferString(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := p.cfg.Hydra.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	return answer.AccessToken, json.NewDecoder(io.LimitReader(resp.Body, 1<<16)).Decode(&answer)
}

func (p *place) post(target string, document any) int {
	p.T.Helper()
	body, err := json.Marshal(document)
	if err != nil {
		p.Fatal(err)
	}
	req, err := http.NewRequestWithContext(p.Context(), http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		p.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := p.cfg.Hydra.Do(req)
	if err != nil {
		p.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

func provisionerOf(caJSON map[string]any) map[string]any {
	return provisionersOf(caJSON)[0].(map[string]any)
}

func provisionersOf(caJSON map[string]any) []any {
	return caJSON["authority"].(map[string]any)["provisioners"].([]any)
}

func claimsOf(caJSON map[string]any) map[string]any {
	return provisionerOf(caJSON)["claims"].(map[string]any)
}

func (p *place) check(what, want string) {
	p.T.Helper()
	doors, err := sidedoor.Check(p.Context(), p.cfg)
	if err != nil || words(doors) != want {
		p.Errorf("%s: %v, %v; want %q", what, doors, err, want)
	}
}

// TestTheDoorsOfTheRealStepCA opens each by ca.json.
func TestTheDoorsOfTheRealStepCA(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.check("no webhook", "webhook_missing")
	p.ChangeStepCA(func(map[string]any) {})
	p.check("as the authority makes it", "")
	for _, tt := range []struct {
		what, want string
		open       func(caJSON map[string]any)
	}{
		{"renewal", "renewal_enabled renewal_enabled", func(c map[string]any) { claimsOf(c)["disableRenewal"] = false }},
		{"renewal, hidden in the claims for all", "renewal_enabled renewal_enabled", func(c map[string]any) {
			delete(claimsOf(c), "disableRenewal")
			c["authority"].(map[string]any)["claims"] = map[string]any{"disableRenewal": false}
		}},
		{"no marks", "certificate_unmarked", func(c map[string]any) { claimsOf(c)["disableSmallstepExtensions"] = true }},
		{"ACME", "provisioner_other", func(c map[string]any) {
			c["authority"].(map[string]any)["provisioners"] = append(provisionersOf(c), map[string]any{"type": "ACME", "name": "acme"})
		}},
		{"admins of the provisioner", "provisioner_admins", func(c map[string]any) { provisionerOf(c)["admins"] = []string{"a@b.test"} }},
		{"an anonymous webhook", "webhook_anonymous", func(c map[string]any) {
			provisionerOf(c)["options"].(map[string]any)["webhooks"].([]any)[0].(map[string]any)["disableTLSClientAuth"] = true
		}},
		{"the admin API", "ca_admin_api provisioner_other", func(c map[string]any) {
			c["authority"].(map[string]any)["enableAdmin"], c["password"] = true, "for-tests-only"
		}},
	} {
		p.ChangeStepCA(tt.open)
		p.check(tt.what, tt.want)
	}
}

// TestTheDoorsOfTheRealHydra opens each by its configuration, which it follows while it
// runs, and by its admin API.
func TestTheDoorsOfTheRealHydra(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.ChangeStepCA(func(map[string]any) {})
	p.check("as the authority makes it", "")
	p.configureHydra(func(document map[string]any) {
		document["oidc"] = map[string]any{"dynamic_client_registration": map[string]any{"enabled": true}}
	})
	p.awaitDoor("client_registration")
	p.configureHydra(func(document map[string]any) {
		delete(document, "oidc")
		document["webfinger"] = map[string]any{"oidc_discovery": map[string]any{"client_registration_url": "https://x.test/register"}}
	})
	p.awaitDoor("client_registration")
	p.configureHydra(func(document map[string]any) { delete(document, "webfinger") })
	p.awaitDoor("")

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if status := p.post(p.HydraAdmin+"/admin/trust/grants/jwt-bearer/issuers", map[string]any{
		"issuer": "https://elsewhere.test", "subject": "did:bindu:a:alice:1", "scope": []string{"agent:read"}, "expires_at": time.Now().Add(time.Hour),
		"jwk": map[string]any{"kty": "EC", "crv": "P-256", "kid": "k", "use": "sig", "alg": "ES256", "x": base64URL(key.X), "y": base64URL(key.Y)},
	}); status != http.StatusCreated {
		t.Fatal(status)
	}
	p.check("another signer", "token_issuer_other")

	admin := p.cfg
	admin.HydraPublic = p.cfg.HydraAdmin
	doors, _ := sidedoor.Check(t.Context(), admin) // the admin port has no discovery document, which is told too
	found := false
	for _, d := range doors {
		found = found || d.Word == sidedoor.PublicAdmin
	}
	if !found {
		t.Errorf("the admin API by the public URL: %v", doors)
	}
}

func base64URL(n *big.Int) string {
	return base64.RawURLEncoding.EncodeToString(n.FillBytes(make([]byte, 32)))
}

// configureHydra changes the file that Hydra reads again by itself.
func (p *place) configureHydra(change func(document map[string]any)) {
	p.T.Helper()
	file := filepath.Join(p.Dir, "hydra", "hydra.json")
	data, err := os.ReadFile(file)
	if err != nil {
		p.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(data, &document); err != nil {
		p.Fatal(err)
	}
	change(document)
	if data, err = json.Marshal(document); err == nil {
		err = os.WriteFile(file, data, 0o600)
	}
	if err != nil {
		p.Fatal(err)
	}
}

// awaitDoor waits until Hydra has read its configuration.
func (p *place) awaitDoor(want string) {
	p.T.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		doors, err := sidedoor.Check(p.Context(), p.cfg)
		if err == nil && words(doors) == want {
			return
		}
		if time.Now().After(deadline) {
			p.Fatalf("%v, %v; want %q", doors, err, want)
		}
	}
}
