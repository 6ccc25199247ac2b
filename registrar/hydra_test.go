package registrar_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/hydratest"
	admin "github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/hydra"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// newAuthority is Hydra as the registrar's program has it.
func newAuthority(t *testing.T, adminURL string, client *http.Client) *hydra.Authority {
	t.Helper()
	a := hydra.New(admin.Config{AdminURL: adminURL, HTTPClient: client})
	t.Cleanup(a.Close)
	return a
}

// token asks for an access token as an agent does, and returns status and answer.
func token(t *testing.T, public string, client *http.Client, d did.DID, secret, scope string, audience ...string) (int, string) {
	t.Helper()
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {d.String()}, "client_secret": {secret}, "scope": {scope},
	}
	if len(audience) > 0 {
		form["audience"] = audience
	}
	req, err := http.NewRequestWithContext(t.Context(), "POST", public+"/oauth2/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestTheDocumentAtTheFakeHydra(t *testing.T) {
	t.Parallel()
	h := hydratest.Start(t, hydratest.Options{})
	client := h.Client()
	t.Cleanup(client.CloseIdleConnections)
	atHydra(t, h.AdminURL, h.PublicURL, client, false)
}

func TestTheDocumentAtTheRealHydra(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the real Hydra")
	}
	authority := authoritytest.Start(t, authoritytest.Options{})
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	atHydra(t, authority.HydraAdmin, authority.HydraPublic, client, true)
}

// atHydra shows that Hydra keeps the document as it is written, that the client can do
// what it should and no more, and that it is gone when it is revoked.
func atHydra(t *testing.T, adminURL, public string, client *http.Client, lifetimes bool) {
	atAuthority := newAuthority(t, adminURL, client)
	f := newFixture(t, func(c *registrar.Config) {
		c.Mode, c.Clients, c.Introspector = registrar.ModeOpen, atAuthority, atAuthority
	})
	agent, first, second := registrartest.NewAgent(t, "alice"), registrartest.SecretOf("1"), registrartest.SecretOf("2")
	if got := f.accept(agent, agent.Body(first)); got.Status != 201 {
		t.Fatal(got)
	}
	if got := f.accept(agent, agent.Body(second)); got.Status != 200 || got.Foreign || len(got.Drift) > 0 {
		t.Errorf("Hydra does not keep what is written: %s", got)
	}
	if status, body := token(t, public, client, agent.DID, first, "agent:read"); status != 401 {
		t.Errorf("the old secret gets %d %s", status, body)
	}
	status, body := token(t, public, client, agent.DID, second, "agent:read agent:write", "step-ca")
	var issued struct {
		Token   string `json:"access_token"`
		Expires int    `json:"expires_in"`
	}
	if err := json.Unmarshal([]byte(body), &issued); err != nil || status != 200 || strings.Count(issued.Token, ".") != 2 {
		t.Errorf("%d %s", status, body)
	}
	if lifetimes && (issued.Expires > 300 || issued.Expires < 290) {
		t.Errorf("the token lives for %d s", issued.Expires)
	}
	for _, scope := range []string{"agent:admin", "openid", "offline_access"} {
		if status, body := token(t, public, client, agent.DID, second, scope); status == 200 {
			t.Errorf("a token of scope %s: %s", scope, body)
		}
	}
	asker, good := f.introspects(t, public, client, agent, second, issued.Token)
	if done := f.revoke(agent.DID); !done.Removed {
		t.Errorf("%+v", done)
	}
	if _, err := f.Config.Clients.Get(t.Context(), agent.DID); !errors.Is(err, registrar.ErrNoClient) {
		t.Errorf("after the revocation: %v", err)
	}
	if status, body := token(t, public, client, agent.DID, second, "agent:read"); status != 401 {
		t.Errorf("after the revocation: %d %s", status, body)
	}
	want(t, f.KeyOf(f.Registrar, asker, agent.DID), 404, "client_unknown")
	if got := f.Inquire(f.Registrar, asker, good); got.Body != `{"active":false}` {
		t.Errorf("after the revocation: %s", got)
	}
}

// introspects shows what an agent is told of tokens: of one for the CA nothing. It
// returns who asked, and a token that was good.
func (f fixture) introspects(t *testing.T, public string, client *http.Client, agent registrartest.Agent, secret, forCA string) (asker registrartest.Agent, good string) {
	t.Helper()
	asker = f.registered("asker")
	status, body := token(t, public, client, agent.DID, secret, "agent:read")
	var issued struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(body), &issued); err != nil || status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	var told struct {
		Active   bool     `json:"active"`
		ClientID string   `json:"client_id"`
		Subject  string   `json:"sub"`
		Scope    string   `json:"scope"`
		Audience []string `json:"aud"`
		Use      string   `json:"token_use"`
		Expires  int64    `json:"exp"`
	}
	got := f.Inquire(f.Registrar, asker, issued.Token)
	if err := json.Unmarshal([]byte(got.Body), &told); err != nil || got.Status != 200 {
		t.Fatal(got)
	}
	if !told.Active || told.ClientID != agent.DID.String() || told.Subject != told.ClientID || told.Scope != "agent:read" ||
		len(told.Audience) > 0 || told.Use != "access_token" || told.Expires == 0 {
		t.Error(got)
	}
	for _, bad := range []string{forCA, "token", issued.Token[1:]} {
		if got := f.Inquire(f.Registrar, asker, bad); got.Status != 200 || got.Body != `{"active":false}` {
			t.Errorf("%.20s: %s", bad, got)
		}
	}
	return asker, issued.Token
}
