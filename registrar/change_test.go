package registrar_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

func TestTheDocumentIsTheRegistrars(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	agent := registrartest.NewAgent(t, "alice")
	got := f.accept(agent, agent.Body(registrartest.SecretOf("1")))
	if got.Status != 201 || got.Foreign || len(got.Drift) != 0 || fmt.Sprint(got.Scopes) != "[agent:read agent:write]" {
		t.Error(got)
	}
	document := f.Clients.Document(agent.DID)
	for name, want := range map[string]string{
		"client_id": `"` + agent.DID.String() + `"`, "client_name": `"an agent"`, "scope": `"agent:read agent:write"`,
		"grant_types": `["client_credentials"]`, "response_types": `[]`, "redirect_uris": `[]`, "audience": `["step-ca"]`,
		"token_endpoint_auth_method": `"client_secret_post"`, "access_token_strategy": `"jwt"`,
		"client_credentials_grant_access_token_lifespan": `"5m0s"`,
	} {
		if got := string(document[name]); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	var metadata map[string]any
	if err := json.Unmarshal(document["metadata"], &metadata); err != nil {
		t.Fatal(err)
	}
	if metadata["public_key"] != did.EncodePublicKey(agent.Key.PublicKey()) || metadata["did"] != agent.DID.String() ||
		metadata["agent_url"] != "https://agent.example:3773" || metadata["agent_id"] != agent.DID.LastSegment() {
		t.Errorf("metadata: %v", metadata)
	}
}

// The secret is the agent's alone: neither answer nor log nor database have it.
func TestTheSecretStaysNowhere(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	agent, secret, token := registrartest.NewAgent(t, "alice"), registrartest.SecretOf("1"), f.NewToken(1)
	got := f.accept(agent, agent.Body(secret).With("enrolmentToken", token))
	if f.Clients.Secret(agent.DID) != secret {
		t.Error("the client has another secret")
	}
	row := f.Row(agent.DID)
	all, err := f.Tokens(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string]string{"answer": got.Body, "log": f.Logged.String(), "client": string(row.Client.Document), "tokens": fmt.Sprintf("%+v", all)} {
		if strings.Contains(text, secret) || strings.Contains(text, token) {
			t.Errorf("%s has a secret: %s", what, text)
		}
	}
	if inJSON, err := json.Marshal(registrar.Registration{Secret: registrar.Secret(secret)}); err != nil || strings.Contains(string(inJSON), secret) {
		t.Errorf("%s, %v", inJSON, err)
	}
	if shown := fmt.Sprintf("%v %+v %#v %s %q", registrar.Secret(secret), registrar.Registration{Secret: registrar.Secret(secret)}, registrar.Secret(secret), registrar.Secret(secret), registrar.Secret(secret)); strings.Contains(shown, secret) {
		t.Error("a secret prints itself")
	}
}

func TestScopesAreWhatTheOperatorGrants(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice, bob := registrartest.NewAgent(t, "alice"), registrartest.NewAgent(t, "bob")
	if err := f.Grant(t.Context(), alice.DID, []string{"agent:read", registrar.ScopeAdmin}); err != nil {
		t.Fatal(err)
	}
	scope := func(a registrartest.Agent) string {
		f.accept(a, a.Body(registrartest.SecretOf("1")))
		return string(f.Clients.Document(a.DID)["scope"])
	}
	if got := scope(alice); got != `"agent:admin agent:read"` {
		t.Error(got)
	}
	if got := scope(bob); got != `"agent:read agent:write"` {
		t.Error(got)
	}
	if err := f.Grant(t.Context(), alice.DID, nil); err != nil {
		t.Fatal(err)
	}
	if got := scope(alice); got != `"agent:read agent:write"` {
		t.Error(got)
	}
	for _, malformed := range [][]string{{""}, {"a b"}, {`a"b`}, {"é"}} {
		if err := f.Grant(t.Context(), alice.DID, malformed); !errors.Is(err, registrar.ErrScopes) {
			t.Errorf("%q: %v", malformed, err)
		}
	}
}

func TestAConfigurationThatIsNotSafeIsRefused(t *testing.T) {
	t.Parallel()
	good := newFixture(t, nil).Config
	for name, change := range map[string]func(*registrar.Config){
		"no DID":             func(c *registrar.Config) { c.Self = did.DID{} },
		"no store":           func(c *registrar.Config) { c.Store = nil },
		"no clients":         func(c *registrar.Config) { c.Clients = nil },
		"no key":             func(c *registrar.Config) { c.Key = nil },
		"another's key":      func(c *registrar.Config) { c.Key = registrartest.NewKey(t, "thief") },
		"no introspector":    func(c *registrar.Config) { c.Introspector = nil },
		"no audience of CA":  func(c *registrar.Config) { c.CAAudience = "" },
		"no mode":            func(c *registrar.Config) { c.Mode = "" },
		"admins by default":  func(c *registrar.Config) { c.Scopes = []string{"agent:admin"} },
		"no scopes":          func(c *registrar.Config) { c.Scopes = nil },
		"two scopes in one":  func(c *registrar.Config) { c.Scopes = []string{"agent:read agent:admin"} },
		"tokens too long":    func(c *registrar.Config) { c.TokenLifetime = 5*time.Minute + time.Second },
		"tokens of no time":  func(c *registrar.Config) { c.TokenLifetime = 0 },
		"half a second":      func(c *registrar.Config) { c.TokenLifetime = 1500 * time.Millisecond },
		"no window":          func(c *registrar.Config) { c.Window = 0 },
		"no lease":           func(c *registrar.Config) { c.Lease = 0 },
		"no rate":            func(c *registrar.Config) { c.Rates.Known = 0 },
		"no rate of asking":  func(c *registrar.Config) { c.Rates.Questions = 0 },
		"no bound on asking": func(c *registrar.Config) { c.MaxIntrospections = 0 },
		"no turns":           func(c *registrar.Config) { c.MaxChanges = 0 },
		"no bound on DIDs":   func(c *registrar.Config) { c.MaxDIDsPerAddress = 0 },
		"no bound on wishes": func(c *registrar.Config) { c.MaxPending = 0 },
	} {
		cfg := good
		if change(&cfg); name == "" {
			continue
		}
		if _, err := registrar.New(cfg); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := registrar.New(good); err != nil {
		t.Error(err)
	}
}

// sound fails the test unless database and authority agree about a DID: no change is
// open, and the document that is there is the one that was read back. secret is that
// of the client, where it is known.
func (f fixture) sound(d did.DID, secret string) {
	f.Helper()
	row, has := f.Row(d), f.Clients.Document(d)
	if row.Intent != nil {
		f.Errorf("%s: there is an intent: %+v", d, row.Intent)
	}
	if row.Client == nil || row.Client.Document == nil {
		if has != nil {
			f.Errorf("%s: the authority has a client that the database has not", d)
		}
		return
	}
	if has == nil {
		return // deleted by another hand
	}
	var kept registrartest.Document
	if err := json.Unmarshal(row.Client.Document, &kept); err != nil {
		f.Fatal(err)
	}
	for name, value := range kept {
		if compact(f, value) != compact(f, has[name]) {
			f.Errorf("%s: %s is %s, the database says %s", d, name, has[name], value)
		}
	}
	if got := f.Clients.Secret(d); secret != "" && got != secret {
		f.Errorf("%s: another secret", d)
	}
}

func compact(t testing.TB, value json.RawMessage) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(value, &v); err != nil {
		t.Fatalf("%s: %v", value, err)
	}
	text, _ := json.Marshal(v) // what was read can be written
	return string(text)
}
