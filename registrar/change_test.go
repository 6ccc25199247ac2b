package registrar_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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

func TestAClientChangedByAnotherHand(t *testing.T) {
	t.Parallel()
	thief := did.EncodePublicKey(registrartest.NewKey(t, "thief").PublicKey())
	set := func(name, value string) func(f fixture, d did.DID) {
		return func(f fixture, d did.DID) {
			f.Clients.Edit(d, func(doc registrartest.Document) { doc[name] = json.RawMessage(value) })
		}
	}
	for name, tt := range map[string]struct {
		change func(f fixture, d did.DID)
		field  string // in the drift, "" where nothing is told
		status int
	}{
		"nobody":                  {func(fixture, did.DID) {}, "", 200},
		"what Hydra keeps itself": {set("updated_at", `"2027-01-01T00:00:00Z"`), "", 200},
		"more scopes":             {set("scope", `"agent:read agent:write agent:admin"`), "scope", 200},
		"another grant":           {set("grant_types", `["client_credentials","authorization_code"]`), "grant_types", 200},
		"a redirect":              {set("redirect_uris", `["https://thief.example"]`), "redirect_uris", 200},
		"another audience":        {set("audience", `["step-ca","more"]`), "audience", 200},
		"longer tokens":           {set("client_credentials_grant_access_token_lifespan", `"24h0m0s"`), "client_credentials_grant_access_token_lifespan", 200},
		"keys instead":            {set("jwks_uri", `"https://thief.example"`), "jwks_uri", 200},
		"a member unheard of":     {set("backdoor", `true`), "backdoor", 200},
		"no metadata":             {set("metadata", `{}`), "metadata.public_key", 200},
		"another key":             {set("metadata", `{"public_key":"`+thief+`"}`), "metadata.public_key", 200},
		"deleted": {func(f fixture, d did.DID) {
			if err := f.Clients.Delete(t.Context(), d); err != nil {
				t.Error(err)
			}
		}, "", 409},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, inMode(registrar.ModeOpen))
			agent := registrartest.NewAgent(t, "alice")
			f.accept(agent, agent.Body(registrartest.SecretOf("1")))
			tt.change(f, agent.DID)
			got := f.put(agent, agent.Body(registrartest.SecretOf("2")))
			if tt.status == 409 {
				want(t, got, 409, "foreign_writer")
				f.sound(agent.DID, "")
				return
			}
			told := slices.ContainsFunc(got.Drift, func(d registrar.Drift) bool { return d.Field == tt.field })
			if got.Status != tt.status || got.Foreign != (tt.field != "") || told != (tt.field != "") {
				t.Error(got)
			}
			if logged := strings.Contains(f.Logged.String(), "foreign_writer"); logged != (tt.field != "") {
				t.Errorf("logged: %t: %s", logged, f.Logged)
			}
			f.sound(agent.DID, registrartest.SecretOf("2"))
		})
	}
}

// A change by our own configuration is drift, and nobody else's.
func TestOurOwnChangesAreNotForeign(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	agent := registrartest.NewAgent(t, "alice")
	f.accept(agent, agent.Body(registrartest.SecretOf("1")))
	cfg := f.Config
	cfg.Scopes = []string{"agent:read"}
	got := f.Register(f.Replica(cfg), agent, agent.Body(registrartest.SecretOf("1")))
	if got.Status != 200 || got.Foreign || len(got.Drift) != 1 || got.Drift[0].Field != "scope" {
		t.Error(got)
	}
}

func TestARegistrationThatIsNotOursIsTakenOverByItsKeyAlone(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	for name, tt := range map[string]struct{ key, reason string }{
		"alice": {"", ""}, "bob": {"thief", "foreign_writer"},
	} {
		agent := registrartest.NewAgent(t, name)
		key := agent.Key
		if tt.key != "" {
			key = registrartest.NewKey(t, tt.key)
		}
		old := fmt.Sprintf(`{"client_id":%q,"client_secret":"old secret","scope":"agent:admin","metadata":{"public_key":%q}}`, agent.DID, did.EncodePublicKey(key.PublicKey()))
		if err := f.Clients.Put(t.Context(), agent.DID, []byte(old)); err != nil {
			t.Fatal(err)
		}
		got := f.put(agent, agent.Body(registrartest.SecretOf("1")))
		if got.Reason != tt.reason || tt.reason == "" && (got.Status != 200 || !got.Foreign) {
			t.Error(got)
		}
		if tt.reason != "" && f.Clients.Secret(agent.DID) != "old secret" {
			t.Error("a client with another key was taken over")
		}
	}
}

// faulty is an authority that fails in one way.
type faulty struct {
	registrar.Clients
	get, put func() error
	edit     func() // after a write
}

func (c *faulty) Get(ctx context.Context, d did.DID) ([]byte, error) {
	if c.get != nil {
		if err := c.get(); err != nil {
			return nil, err
		}
	}
	return c.Clients.Get(ctx, d)
}

func (c *faulty) Put(ctx context.Context, d did.DID, document []byte) error {
	if c.put != nil {
		if err := c.put(); err != nil {
			return err
		}
	}
	err := c.Clients.Put(ctx, d, document)
	if c.edit != nil {
		c.edit()
	}
	return err
}

func TestAnAuthorityThatFails(t *testing.T) {
	t.Parallel()
	away := errors.New("connection refused")
	for name, tt := range map[string]struct {
		fail   func(c *faulty, edit func(func(registrartest.Document)))
		reason string
		busy   bool // the lease goes on: a write may still arrive
	}{
		"is away": {func(c *faulty, _ func(func(registrartest.Document))) { c.get = func() error { return away } }, "authority_unavailable", false},
		"refuses": {func(c *faulty, _ func(func(registrartest.Document))) {
			c.put = func() error { return registrar.ErrRefused }
		}, "authority_unavailable", false},
		"hangs up": {func(c *faulty, _ func(func(registrartest.Document))) { c.put = func() error { return away } }, "authority_unavailable", true},
		"answers no document": {func(c *faulty, edit func(func(registrartest.Document))) {
			c.edit = func() { edit(func(d registrartest.Document) { d["metadata"] = json.RawMessage(`1`) }) }
		}, "foreign_writer", false},
		"is written by another": {func(c *faulty, edit func(func(registrartest.Document))) {
			c.edit = func() { edit(func(d registrartest.Document) { d["metadata"] = json.RawMessage(`{}`) }) }
		}, "foreign_writer", false},
		"does not keep a member": {func(c *faulty, edit func(func(registrartest.Document))) {
			c.edit = func() { edit(func(d registrartest.Document) { delete(d, "access_token_strategy") }) }
		}, "authority_differs", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, inMode(registrar.ModeOpen))
			agent := registrartest.NewAgent(t, "alice")
			c := &faulty{Clients: f.Clients}
			tt.fail(c, func(fn func(registrartest.Document)) { f.Clients.Edit(agent.DID, fn) })
			cfg := f.Config
			cfg.Clients = c
			got := f.Register(f.Replica(cfg), agent, agent.Body(registrartest.SecretOf("1")))
			if got.Reason != tt.reason || got.Status != 503 && got.Status != 409 {
				t.Error(got)
			}
			row := f.Row(agent.DID)
			if row.Client == nil || row.Client.Document != nil || (row.Intent != nil) != tt.busy {
				t.Errorf("the database has %+v", row)
			}
			// The binding stays; it works as soon as the authority does.
			if tt.busy {
				want(t, f.put(agent, agent.Body(registrartest.SecretOf("1"))), 503, "client_busy")
				f.Clock.Advance(f.Config.Lease)
			}
			if tt.reason == "foreign_writer" { // what somebody left there has to go first
				want(t, f.put(agent, agent.Body(registrartest.SecretOf("1"))), 409, "foreign_writer")
				f.revoke(agent.DID)
				f.restore(agent.DID)
			}
			f.accept(agent, agent.Body(registrartest.SecretOf("2")))
			f.sound(agent.DID, registrartest.SecretOf("2"))
		})
	}
}

// lease is an authority that looks at the time it is given, and at whose first
// question the agent goes away.
type lease struct {
	registrar.Clients
	leave context.CancelFunc
	given []time.Duration
}

func (l *lease) Get(ctx context.Context, d did.DID) ([]byte, error) {
	l.leave()
	until, _ := ctx.Deadline()
	l.given = append(l.given, time.Until(until))
	return l.Clients.Get(ctx, d)
}

// An agent that goes away leaves no change open, and an authority is not waited for
// until the lease is over.
func TestAChangeOutlivesItsRequestAndNotItsLease(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	agent := registrartest.NewAgent(t, "alice")
	ctx, cancel := context.WithCancel(t.Context())
	l := &lease{Clients: f.Clients, leave: cancel}
	cfg := f.Config
	cfg.Clients = l
	req := agent.Sign(t, agent.Signing(f.Config.Self, agent.Body(registrartest.SecretOf("1")).JSON(), f.Clock.Now()))
	if got := registrartest.Ask(f.Replica(cfg), req.WithContext(ctx)); got.Status != 201 {
		t.Error(got)
	}
	f.sound(agent.DID, registrartest.SecretOf("1"))
	if len(l.given) != 2 || l.given[0] <= 0 || l.given[0] > 20*time.Second || l.given[1] > l.given[0] {
		t.Errorf("the authority has %v of a lease of %s", l.given, f.Config.Lease)
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
