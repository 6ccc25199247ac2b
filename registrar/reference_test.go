package registrar_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// referred is an agent of the reference with the URL that its operator gave it.
type referred struct {
	fixture
	registrartest.Agent
	token string
}

// refer returns an agent of the reference that has bound nothing yet.
func (f fixture) refer(name string) referred {
	a := registrartest.NewNamedAgent(f, name)
	return referred{f, a, f.NewTokenFor("author", name, 1)}
}

// ask is a call as the reference makes it: whatever it sends, it calls a form.
func (a referred) ask(method, path, body string) registrartest.Answer {
	a.Helper()
	return registrartest.Ask(a.Registrar.Reference(), a.request(method, path, body))
}

func (a referred) request(method, path, body string) *http.Request {
	req := httptest.NewRequestWithContext(a.Context(), method, registrar.PathReference+a.token+path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	return req
}

func clientPath(d did.DID) string { return "/admin/clients/" + url.QueryEscape(d.String()) }

func (a referred) get(d did.DID) registrartest.Answer { return a.ask("GET", clientPath(d), "") }

// document is what the reference registers, with all that it wants.
func (a referred) document(secret string) map[string]any {
	return map[string]any{
		"client_id": a.DID.String(), "client_secret": secret, "client_name": "poet",
		"grant_types": []string{"client_credentials", "authorization_code", "refresh_token"}, "response_types": []string{"code", "token"},
		"scope": "openid offline agent:read agent:write agent:admin", "token_endpoint_auth_method": "client_secret_post", "audience": []string{"step-ca", "other"},
		"redirect_uris": []string{"https://thief.example"},
		"metadata": map[string]any{
			"agent_id": "1", "agent_url": "http://localhost:3773", "did": a.DID.String(), "public_key": did.EncodePublicKey(a.Key.PublicKey()),
			"key_type": "Ed25519", "verification_method": "Ed25519VerificationKey2020", "registered_at": "2026-06-01T12:00:00+00:00", "hybrid_auth": true,
		},
	}
}

func (a referred) post(secret string) registrartest.Answer {
	a.Helper()
	return a.ask("POST", "/admin/clients", text(a.document(secret)))
}

func text(v any) string {
	data, _ := json.Marshal(v) // texts cannot fail
	return string(data)
}

// bound returns an agent of the reference that has registered.
func (f fixture) bound(name string) referred {
	a := f.refer(name)
	if got := a.post(registrartest.SecretOf(name)); got.Status != 201 {
		f.Fatal(got)
	}
	return a
}

// TestAnAgentOfTheReference makes the calls of the reference in its order: a first
// start, one with all that is needed, one after its credentials were lost.
func TestAnAgentOfTheReference(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeToken))
	a := f.refer("poet")
	want(t, a.get(a.DID), 404, "client_unknown")
	got := a.post(registrartest.SecretOf("1"))
	if got.Status != 201 || strings.Contains(got.Body, registrartest.SecretOf("1")) || !strings.Contains(got.Body, a.DID.String()) {
		t.Fatal(got)
	}
	if f.Clients.Secret(a.DID) != registrartest.SecretOf("1") || f.Uses(a.token) != 1 {
		t.Error("the secret is not the agent's, or the token not used")
	}
	for name, value := range map[string]string{
		"scope": `"agent:read agent:write offline openid"`, "audience": `["step-ca"]`, "grant_types": `["client_credentials"]`, "response_types": `[]`, "redirect_uris": `[]`,
	} {
		if has := string(f.Clients.Document(a.DID)[name]); has != value {
			t.Errorf("%s is %s, want %s", name, has, value)
		}
	}
	f.Clock.Advance(40 * 24 * time.Hour) // and the token has expired
	got = a.get(a.DID)
	var own struct {
		Audience []string `json:"audience"`
		Secret   string   `json:"client_secret"`
	}
	if err := json.Unmarshal([]byte(got.Body), &own); err != nil || got.Status != 200 || len(own.Audience) != 1 || own.Audience[0] != "step-ca" || own.Secret != "" {
		t.Fatal(got)
	}
	changed := a.document(registrartest.SecretOf("1"))
	if got := a.ask("PUT", clientPath(a.DID), text(changed)); got.Status != 200 {
		t.Error(got)
	}
	if got := a.ask("DELETE", clientPath(a.DID), ""); got.Status != 204 || f.Clients.Document(a.DID) != nil {
		t.Error(got)
	}
	want(t, a.get(a.DID), 404, "client_unknown")
	want(t, a.ask("DELETE", clientPath(a.DID), ""), 404, "client_unknown")
	if row := f.Row(a.DID); row.Tombstone != nil || row.Intent != nil || row.Client == nil || len(row.Keys) != 1 {
		t.Errorf("%+v", row)
	}
	if got := a.post(registrartest.SecretOf("2")); got.Status != 201 || f.Clients.Secret(a.DID) != registrartest.SecretOf("2") {
		t.Error(got)
	}
	for _, secret := range []string{a.token, a.token[len("bindu-enrol-"):], registrartest.SecretOf("1")} {
		if strings.Contains(f.Logged.String(), secret) {
			t.Error("the log has the token or the secret")
		}
	}
}

// What others are is told to registered agents, and nothing but their keys.
func TestWhatTheReferenceReadsOfOthers(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	bob, early, a := f.registered("bob"), f.refer("early"), f.bound("poet")
	want(t, early.get(bob.DID), 403, "not_registered")
	var told map[string]any
	got := a.get(bob.DID)
	if err := json.Unmarshal([]byte(got.Body), &told); err != nil || got.Status != 200 || len(told) != 2 || told["client_id"] != bob.DID.String() {
		t.Fatal(got)
	}
	if m := told["metadata"].(map[string]any); m["public_key"] != did.EncodePublicKey(bob.Key.PublicKey()) || len(m) != 3 {
		t.Error(got)
	}
	want(t, a.get(registrartest.NewAgent(t, "nobody").DID), 404, "client_unknown")
	question := func(token string) string { return url.Values{"token": {token}, "scope": {""}}.Encode() }
	good, forCA := f.Clients.Issue(bob.DID), f.Clients.Issue(bob.DID, "step-ca")
	if got := a.ask("POST", "/admin/oauth2/introspect", question(good)); got.Status != 200 || !strings.Contains(got.Body, `"active":true`) {
		t.Error(got)
	}
	for _, token := range []string{forCA, "token", "", "a b"} {
		if got := a.ask("POST", "/admin/oauth2/introspect", question(token)); got.Status != 200 || got.Body != `{"active":false}` {
			t.Errorf("%q: %s", token, got)
		}
	}
	want(t, early.ask("POST", "/admin/oauth2/introspect", question(good)), 403, "not_registered")
	for _, more := range []string{"&scope=a", "&token=b", "&token_type_hint=access_token"} {
		want(t, a.ask("POST", "/admin/oauth2/introspect", question(good)+more), 400, "question_invalid")
	}
	f.revoke(bob.DID)
	want(t, a.get(bob.DID), 404, "client_unknown")
	if got := a.ask("POST", "/admin/oauth2/introspect", question(good)); got.Body != `{"active":false}` {
		t.Error(got)
	}
}

// TestWhoseTokenOpensNothing: whoever has no token, or another one, changes and learns nothing.
func TestWhoseTokenOpensNothing(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		with   func(f fixture, a referred) referred
		reason string
	}{
		"one that nobody has": {func(_ fixture, a referred) referred {
			a.token = "bindu-enrol-" + registrartest.SecretOf("nobody's")
			return a
		}, "enrolment_token_refused"},
		"a pattern":     {func(f fixture, a referred) referred { a.token = f.NewTokenFor("author", "po*", 1); return a }, "enrolment_token_refused"},
		"for two":       {func(f fixture, a referred) referred { a.token = f.NewTokenFor("author", "poet", 2); return a }, "enrolment_token_refused"},
		"another name":  {func(f fixture, a referred) referred { a.token = f.NewTokenFor("author", "other", 1); return a }, "enrolment_token_refused"},
		"expired":       {func(f fixture, a referred) referred { f.Clock.Advance(2 * time.Hour); return a }, "enrolment_token_refused"},
		"ended":         {func(f fixture, a referred) referred { f.end(f.post(a)); return a }, "enrolment_token_refused"},
		"another DID's": {func(f fixture, a referred) referred { a.token = f.bound("other").token; return a }, "enrolment_token_refused"},
		"another agent's key": {func(f fixture, a referred) referred {
			f.post(a)
			a.Key = registrartest.NewKey(f, "another")
			return a
		}, "enrolment_token_refused"},
		"revoked": {func(f fixture, a referred) referred { f.post(a); f.revoke(a.DID); return a }, "revoked"},
		"used by who proved its key": {func(f fixture, a referred) referred {
			f.accept(a.Agent, a.Body(registrartest.SecretOf("p")).With("enrolmentToken", a.token))
			return a
		}, "enrolment_token_refused"},
		"a new one for who proved its key": {func(f fixture, a referred) referred {
			f.accept(a.Agent, a.Body(registrartest.SecretOf("p")).With("enrolmentToken", a.token))
			a.token = f.NewTokenFor("author", "poet", 1)
			return a
		}, "enrolment_token_refused"},
		"of an agent that proved its key since": {func(f fixture, a referred) referred {
			f.post(a)
			f.accept(a.Agent, a.Body(registrartest.SecretOf("p")))
			return a
		}, "enrolment_token_refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, inMode(registrar.ModeToken))
			f.TB = t
			a := tt.with(f, f.refer("poet"))
			a.fixture = f
			before := f.Clients.Secret(a.DID)
			want(t, a.post(registrartest.SecretOf("thief")), 403, tt.reason)
			if f.Clients.Secret(a.DID) != before {
				t.Error("the client was written")
			}
		})
	}
}

func (f fixture) post(a referred) referred {
	f.Helper()
	if got := (referred{f, a.Agent, a.token}).post(registrartest.SecretOf("1")); got.Status != 201 {
		f.Fatal(got)
	}
	return a
}

// end ends the token of an agent.
func (f fixture) end(a referred) {
	f.Helper()
	all, err := f.Tokens(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	for _, k := range all {
		if k.Reference == a.DID {
			if found, err := f.DeleteToken(f.Context(), k.ID); err != nil || !found {
				f.Fatal(found, err)
			}
			return
		}
	}
	f.Fatal("there is no such token")
}

// A token that is lost is ended and another one given, to the same agent with the same key.
func TestAnotherTokenForAnAgentOfTheReference(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeToken))
	a := f.bound("poet")
	lost := a
	a.token = f.NewTokenFor("author", "poet", 1)
	thief := a
	thief.Key = registrartest.NewKey(t, "thief")
	want(t, thief.post(registrartest.SecretOf("thief")), 403, "enrolment_token_refused")
	if got := a.post(registrartest.SecretOf("2")); got.Status != 201 {
		t.Fatal(got)
	}
	for _, got := range []registrartest.Answer{lost.get(a.DID), lost.post(registrartest.SecretOf("3")), lost.ask("DELETE", clientPath(a.DID), "")} {
		want(t, got, 403, "enrolment_token_refused")
	}
	if got := a.get(a.DID); got.Status != 200 || f.Clients.Secret(a.DID) != registrartest.SecretOf("2") {
		t.Error(got)
	}
	want(t, f.put(registrartest.NewNamedAgent(t, "poet"), registrartest.NewNamedAgent(t, "poet").Body(registrartest.SecretOf("4")).With("enrolmentToken", a.token)), 200, "")
}

// What is allowed comes into force with the next start: the agent is told to register.
func TestNewScopesForAnAgentOfTheReference(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeToken))
	a := f.bound("poet")
	if err := f.Grant(t.Context(), a.DID, []string{"agent:read"}); err != nil {
		t.Fatal(err)
	}
	want(t, a.get(a.DID), 404, "client_unknown")
	if got := a.post(registrartest.SecretOf("2")); got.Status != 201 {
		t.Fatal(got)
	}
	if has := string(f.Clients.Document(a.DID)["scope"]); has != `"agent:read offline openid"` || a.get(a.DID).Status != 200 {
		t.Error(has)
	}
}

func TestPathsOfTheReference(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeToken))
	a, other := f.bound("poet"), f.bound("other")
	plain := "/admin/clients/" + a.DID.String()
	for _, path := range []string{plain, clientPath(a.DID), strings.ReplaceAll(clientPath(a.DID), "%3A", "%3a")} {
		if got := a.ask("GET", path, ""); got.Status != 200 {
			t.Errorf("%s: %s", path, got)
		}
	}
	for _, path := range []string{
		"", "/", "/admin", "/admin/clients/", "/admin/clients?limit=1", "/admin/keys/x", "/admin/oauth2/revoke", "/health/ready", "/admin/oauth2/auth/requests/login",
		plain + "/", plain + "?a", "/admin//clients", plain + "/lifespans", strings.ReplaceAll(clientPath(a.DID), "%3A", "%253A"), "/v1/introspect", "/.well-known/jwks.json",
	} {
		want(t, a.ask("POST", path, "{}"), 404, "not_found")
	}
	for path, allow := range map[string]string{"/admin/clients": "POST", plain: "PUT, GET, DELETE", "/admin/oauth2/introspect": "POST"} {
		got := a.ask("PATCH", path, "[]")
		want(t, got, http.StatusMethodNotAllowed, "method_not_allowed")
		if got.Header.Get("Allow") != allow {
			t.Errorf("%s: %q", path, got.Header.Get("Allow"))
		}
	}
	want(t, a.ask("PUT", clientPath(other.DID), text(other.document(registrartest.SecretOf("9")))), 403, "path_mismatch")
	want(t, a.ask("PUT", clientPath(a.DID), text(other.document(registrartest.SecretOf("9")))), 403, "path_mismatch")
	want(t, a.ask("DELETE", clientPath(other.DID), ""), 403, "path_mismatch")
	want(t, a.ask("POST", "/admin/clients", text(other.document(registrartest.SecretOf("9")))), 403, "enrolment_token_refused")
	want(t, a.ask("GET", "/admin/clients/"+f.Config.Self.String(), ""), 403, "did_unsupported")
	if f.Clients.Secret(other.DID) != registrartest.SecretOf("other") {
		t.Error("another agent's client was written")
	}
	bad := a
	bad.token = "short"
	want(t, bad.get(a.DID), 404, "not_found")
}

func TestBodiesOfTheReference(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeToken))
	a := f.refer("poet")
	changed := func(change func(document, metadata map[string]any)) string {
		document := a.document(registrartest.SecretOf("1"))
		change(document, document["metadata"].(map[string]any))
		return text(document)
	}
	for name, tt := range map[string]struct {
		body   string
		status int
		reason string
	}{
		"nothing":       {"", 400, "json_malformed"},
		"a form":        {"a=b", 400, "json_malformed"},
		"no key":        {changed(func(_, m map[string]any) { delete(m, "public_key") }), 400, "registration_invalid"},
		"a null key":    {changed(func(_, m map[string]any) { m["public_key"] = nil }), 400, "registration_invalid"},
		"no secret":     {changed(func(d, _ map[string]any) { delete(d, "client_secret") }), 400, "secret_weak"},
		"a weak secret": {changed(func(d, _ map[string]any) { d["client_secret"] = "secret" }), 400, "secret_weak"},
		"no id":         {changed(func(d, _ map[string]any) { delete(d, "client_id") }), 403, "did_malformed"},
		"two ids":       {`{"client_id":"a","client_id":"b"}`, 400, "json_duplicate_key"},
		"our own id":    {changed(func(d, _ map[string]any) { d["client_id"] = f.Config.Self.String() }), 403, "enrolment_token_refused"},
		"too much":      {changed(func(d, _ map[string]any) { d["more"] = strings.Repeat("a", 17<<10) }), 413, "payload_too_large"},
	} {
		got := a.ask("POST", "/admin/clients", tt.body)
		if got.Status != tt.status || got.Reason != tt.reason {
			t.Errorf("%s: %s, want %d %s", name, got, tt.status, tt.reason)
		}
	}
	if f.Clients.Document(a.DID) != nil || f.Uses(a.token) != 0 {
		t.Error("something was registered")
	}
}

// A token that nobody has costs what a stranger costs, before anything is done for it.
func TestRatesOfTheReference(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *registrar.Config) {
		c.Mode, c.Rates = registrar.ModeToken, registrar.Rates{Stranger: 3, Strangers: 1000, Known: 3, Questions: 5}
	})
	a := f.bound("poet")
	guess := a
	guess.token = "bindu-enrol-" + registrartest.SecretOf("guess")
	var last registrartest.Answer
	for range 3 {
		last = guess.get(a.DID)
	}
	want(t, last, 429, "rate_limited")
	for range 4 { // and takes nothing from who is known
		if last = a.get(a.DID); last.Status != 200 {
			t.Fatal(last)
		}
	}
	a.get(a.DID)
	want(t, a.get(a.DID), 429, "rate_limited")
	for n := range 4 {
		last = a.post(registrartest.SecretOf("new"))
		if want := 201; n < 3 && last.Status != want {
			t.Fatal(n, last)
		}
	}
	want(t, last, 429, "rate_limited")
}

// TestACredentialBindsNothingElse: for the author and name that it is for there may be
// other DIDs, and it is for the one that it bound.
func TestACredentialBindsNothingElse(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeToken))
	a := f.bound("poet")
	other := registrartest.NewAgent(t, "poet") // with the same author and name
	want(t, f.put(other, other.Body(registrartest.SecretOf("o")).With("enrolmentToken", a.token)), 403, "enrolment_token_refused")
	a.Agent = other
	want(t, a.post(registrartest.SecretOf("o")), 403, "enrolment_token_refused")
	want(t, a.ask("PUT", clientPath(other.DID), text(a.document(registrartest.SecretOf("o")))), 403, "path_mismatch")
	want(t, a.get(other.DID), 404, "client_unknown")
}
