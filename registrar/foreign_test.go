package registrar_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

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
