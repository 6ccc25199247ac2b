package hydra_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// The conformance table runs over the fake and over the real Hydra: what it
// shows of the one it shows of the other, so unit tests may rely on the fake.

func TestConformanceFake(t *testing.T) {
	w, _ := fakeWorld(t, hydratest.Options{RS256: true})
	conformance(t, w)
}

func TestConformanceReal(t *testing.T) {
	authority := authoritytest.Start(t, authoritytest.Options{})
	client := hydra.NewHTTPClient()
	t.Cleanup(client.CloseIdleConnections)
	w := &world{admin: authority.HydraAdmin, public: authority.HydraPublic, client: client, wipe: authority.WipeHydra}
	t.Run("revocation takes effect within five seconds", func(t *testing.T) { revocation(t, w) })
	t.Run("Hydra down and back", func(t *testing.T) { downAndBack(t, w, authority) })
	conformance(t, w)
}

func conformance(t *testing.T, w *world) {
	for _, row := range []struct {
		name string
		test func(*testing.T, *world)
	}{
		{"the admin API as such", adminAPI},
		{"the public API as such", publicAPI},
		{"first boot registers the whole document", firstBoot},
		{"second boot changes nothing", secondBoot},
		{"audience, scope and grant drift is repaired", listDrift},
		{"metadata and name drift is repaired", metadataDrift},
		{"a document reset by a partial update is repaired", resetDocument},
		{"the token strategy is repaired", strategyDrift},
		{"what others added is kept", keepsOthers},
		{"a key set URL is kept", keepsKeySetURL},
		{"secret lost with our key registered", secretLost},
		{"secret changed at Hydra", secretChanged},
		{"DID taken by another key", didTaken},
		{"DID registered without a key", noKeyRegistered},
		{"our registration with another key", keyChanged},
		{"takeover", takeover},
		{"the client was deleted", clientDeleted},
		{"twenty at once with different keys", twentyKeys},
		{"twenty at once with one key", twentyTwins},
		{"introspection of each kind of token", introspections},
		{"deleting the client makes its tokens inactive", deletedClientTokens},
		{"refusals of the token endpoint", tokenRefusals},
		{"registered keys", registeredKeys},
		{"discovery and readiness", discoveryAndReadiness},
		{"Hydra wiped", hydraWiped}, // last: it forgets everything
	} {
		t.Run(row.name, func(t *testing.T) { row.test(t, w) })
	}
}

func firstBoot(t *testing.T, w *world) {
	a := newAgent(t, "first boot")
	result := a.reconcile(t, w)
	if result.Action != hydra.Created {
		t.Errorf("action %s, want created", result.Action)
	}
	doc := w.registered(t, a.wanted.DID)
	for field, want := range map[string]any{
		"client_id": a.wanted.DID.String(), "client_name": "first boot",
		"grant_types":                []any{"client_credentials", "authorization_code", "refresh_token"},
		"response_types":             []any{"code", "token"},
		"scope":                      "openid offline agent:read agent:write",
		"audience":                   []any{"step-ca"},
		"token_endpoint_auth_method": "client_secret_post", "access_token_strategy": "jwt",
	} {
		if got := doc[field]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s is %v, want %v", field, got, want)
		}
	}
	metadata, _ := doc["metadata"].(map[string]any)
	for field, want := range map[string]any{
		"agent_id": a.wanted.AgentID, "agent_url": a.wanted.AgentURL, "did": a.wanted.DID.String(),
		"public_key": did.EncodePublicKey(a.wanted.PublicKey), "key_type": "Ed25519",
		"verification_method": "Ed25519VerificationKey2020", "hybrid_auth": true,
	} {
		if metadata[field] != want {
			t.Errorf("metadata.%s is %v, want %v", field, metadata[field], want)
		}
	}
	if metadata["registered_at"] == nil {
		t.Error("metadata.registered_at is absent")
	}
	info, err := os.Stat(filepath.Join(a.dir.Path(), hydra.CredentialsFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("credentials file: %v %v, want mode 0600", info, err)
	}
}

func secondBoot(t *testing.T, w *world) {
	a := newAgent(t, "second boot")
	first := a.reconcile(t, w)
	before := w.registered(t, a.wanted.DID)
	second := a.reconcile(t, w)
	if second.Action != hydra.Unchanged || len(second.Drift) != 0 {
		t.Errorf("second boot: %s %v, want unchanged", second.Action, second.Drift)
	}
	if first.Credentials.ClientSecret != second.Credentials.ClientSecret {
		t.Error("the secret changed")
	}
	if after := w.registered(t, a.wanted.DID); fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("the document changed:\n%v\n%v", before, after)
	}
}

// repaired boots again and checks what is reported, that the secret is still
// the same one, and that nothing differs afterwards.
func repaired(t *testing.T, w *world, a *agent, fields ...string) {
	t.Helper()
	secret := a.secret(t)
	result := a.reconcile(t, w)
	var drifted []string
	for _, d := range result.Drift {
		drifted = append(drifted, d.Field)
	}
	if slices.Sort(fields); !slices.Equal(slices.Sorted(slices.Values(drifted)), fields) {
		t.Errorf("repaired %v, want %v", drifted, fields)
	}
	if result.Action != hydra.Repaired {
		t.Errorf("action %s, want repaired", result.Action)
	}
	if a.secret(t) != secret {
		t.Error("the secret changed")
	}
	if again := a.reconcile(t, w); again.Action != hydra.Unchanged {
		t.Errorf("after the repair: %s %v", again.Action, again.Drift)
	}
}

func listDrift(t *testing.T, w *world) {
	a := newAgent(t, "list drift")
	a.wanted.Audience, a.wanted.AccessTokenJWT = nil, false // as registered before mTLS was switched on
	a.reconcile(t, w)
	a.wanted.Audience = []string{"step-ca"}
	repaired(t, w, a, "audience")
	w.edit(t, a.wanted.DID, func(doc map[string]any) { doc["scope"] = "agent:read openid" })
	repaired(t, w, a, "scope")
	w.edit(t, a.wanted.DID, func(doc map[string]any) {
		doc["grant_types"], doc["response_types"] = []string{"refresh_token"}, []string{"code"}
	})
	repaired(t, w, a, "grant_types", "response_types")
}

func metadataDrift(t *testing.T, w *world) {
	a := newAgent(t, "metadata drift")
	a.reconcile(t, w)
	registeredAt := metadataOf(w.registered(t, a.wanted.DID))["registered_at"]
	for _, field := range []string{"agent_id", "agent_url", "did", "key_type", "verification_method", "hybrid_auth"} {
		w.edit(t, a.wanted.DID, func(doc map[string]any) { metadataOf(doc)[field] = "other" })
		repaired(t, w, a, "metadata."+field)
		w.edit(t, a.wanted.DID, func(doc map[string]any) { delete(metadataOf(doc), field) })
		repaired(t, w, a, "metadata."+field)
	}
	w.edit(t, a.wanted.DID, func(doc map[string]any) { doc["client_name"] = "renamed" })
	repaired(t, w, a, "client_name")
	a.wanted.AgentURL = "https://moved.example:3773"
	repaired(t, w, a, "metadata.agent_url")
	if got := metadataOf(w.registered(t, a.wanted.DID))["registered_at"]; got != registeredAt {
		t.Errorf("registered_at is %v, want %v as at first", got, registeredAt)
	}
}

func metadataOf(doc map[string]any) map[string]any {
	m, _ := doc["metadata"].(map[string]any)
	return m
}

// resetDocument: a program updates the client with a body of its own, which
// removes the key and the authentication method. Our secret shows that the
// registration is ours.
func resetDocument(t *testing.T, w *world) {
	a := newAgent(t, "reset document")
	a.reconcile(t, w)
	for _, grants := range [][]string{nil, {"client_credentials"}} {
		body := map[string]any{"client_id": a.wanted.DID.String(), "client_name": "reset document", "grant_types": grants}
		if status, answer := w.call(t, http.MethodPut, w.clientURL(a.wanted.DID), body); status != http.StatusOK {
			t.Fatal(status, answer)
		}
		secret := a.secret(t)
		if result := a.reconcile(t, w); result.Action != hydra.Repaired || a.secret(t) != secret {
			t.Errorf("%s, same secret %v", result.Action, a.secret(t) == secret)
		}
	}
}

func strategyDrift(t *testing.T, w *world) {
	a := newAgent(t, "strategy drift")
	a.reconcile(t, w)
	w.edit(t, a.wanted.DID, func(doc map[string]any) { doc["access_token_strategy"] = "opaque" })
	repaired(t, w, a, "access_token_strategy")
	w.edit(t, a.wanted.DID, func(doc map[string]any) { delete(doc, "access_token_strategy") })
	repaired(t, w, a, "access_token_strategy")
	w.edit(t, a.wanted.DID, func(doc map[string]any) { doc["token_endpoint_auth_method"] = "client_secret_basic" })
	repaired(t, w, a, "token_endpoint_auth_method")
}

func keepsOthers(t *testing.T, w *world) {
	a := newAgent(t, "keeps others")
	a.reconcile(t, w)
	w.edit(t, a.wanted.DID, func(doc map[string]any) {
		doc["audience"] = []string{"billing", "other"}
		doc["scope"] = "billing:read agent:read"
		doc["redirect_uris"] = []string{"https://agent.example/callback"}
		doc["contacts"] = []string{"ops@example.com"}
		doc["owner"] = "team"
		doc["client_credentials_grant_access_token_lifespan"] = "30m0s"
		doc["metadata"].(map[string]any)["cost_centre"] = "9007199254740993"
		doc["grant_types"] = append(doc["grant_types"].([]any), "implicit")
	})
	repaired(t, w, a, "audience", "scope")
	doc := w.registered(t, a.wanted.DID)
	for field, want := range map[string]string{
		"audience":      "[billing other step-ca]",
		"scope":         "billing:read agent:read openid offline agent:write",
		"redirect_uris": "[https://agent.example/callback]", "contacts": "[ops@example.com]", "owner": "team",
		"client_credentials_grant_access_token_lifespan": "30m0s",
		"grant_types": "[client_credentials authorization_code refresh_token implicit]",
	} {
		if got := fmt.Sprint(doc[field]); got != want {
			t.Errorf("%s is %s, want %s", field, got, want)
		}
	}
	if got := metadataOf(doc)["cost_centre"]; got != "9007199254740993" {
		t.Errorf("metadata.cost_centre is %v", got)
	}
}

// keepsKeySetURL: Hydra shows an empty key set to every client and refuses to
// take it back beside a key set URL.
func keepsKeySetURL(t *testing.T, w *world) {
	a := newAgent(t, "key set url")
	a.reconcile(t, w)
	w.edit(t, a.wanted.DID, func(doc map[string]any) {
		doc["jwks_uri"], doc["audience"] = "https://agent.example/jwks", []string{}
	})
	repaired(t, w, a, "audience")
	if got := w.registered(t, a.wanted.DID)["jwks_uri"]; got != "https://agent.example/jwks" {
		t.Errorf("jwks_uri is %v", got)
	}
}

func secretLost(t *testing.T, w *world) {
	a := newAgent(t, "secret lost")
	first := a.reconcile(t, w)
	w.edit(t, a.wanted.DID, func(doc map[string]any) { doc["redirect_uris"] = []string{"https://agent.example/callback"} })
	if err := a.dir.Remove(hydra.CredentialsFile); err != nil {
		t.Fatal(err)
	}
	second := a.reconcile(t, w)
	if second.Action != hydra.Adopted || second.Credentials.ClientSecret == first.Credentials.ClientSecret {
		t.Errorf("action %s, want adopted with a new secret", second.Action)
	}
	if a.secret(t) != second.Credentials.ClientSecret {
		t.Error("the new secret is not on disk")
	}
	if got := fmt.Sprint(w.registered(t, a.wanted.DID)["redirect_uris"]); got != "[https://agent.example/callback]" {
		t.Errorf("redirect_uris is %s", got)
	}
	if third := a.reconcile(t, w); third.Action != hydra.Unchanged {
		t.Errorf("afterwards: %s", third.Action)
	}
}

func secretChanged(t *testing.T, w *world) {
	a := newAgent(t, "secret changed")
	a.reconcile(t, w)
	w.edit(t, a.wanted.DID, func(doc map[string]any) { doc["client_secret"] = "set-by-somebody-else" })
	repaired(t, w, a, "client_secret")
}

// refused boots and checks that it stops with the error and changes nothing,
// neither at Hydra nor on disk.
func refused(t *testing.T, w *world, a *agent, want error) {
	t.Helper()
	before, secret := w.registered(t, a.wanted.DID), a.secret(t)
	_, err := a.registrar(w.config()).Reconcile(t.Context(), a.wanted)
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
	if after := w.registered(t, a.wanted.DID); fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("the document changed:\n%v\n%v", before, after)
	}
	if a.secret(t) != secret {
		t.Error("the credentials on disk changed")
	}
}

func didTaken(t *testing.T, w *world) {
	owner := newAgent(t, "did taken")
	owner.reconcile(t, w)
	thief := owner.twin(t)
	refused(t, w, thief, hydra.ErrDIDTaken)
	if again := owner.reconcile(t, w); again.Action != hydra.Unchanged {
		t.Errorf("the owner's registration: %s", again.Action)
	}
}

func noKeyRegistered(t *testing.T, w *world) {
	a := newAgent(t, "no key")
	foreign := map[string]any{"client_id": a.wanted.DID.String(), "client_secret": "somebody-elses"}
	if status, _ := w.call(t, http.MethodPost, w.admin+"/admin/clients", foreign); status != http.StatusCreated {
		t.Fatal(status)
	}
	refused(t, w, a, hydra.ErrDIDTaken)
}

func keyChanged(t *testing.T, w *world) {
	a := newAgent(t, "key changed")
	a.reconcile(t, w)
	mine := a.wanted.PublicKey
	a.wanted.PublicKey = newKey(t)
	refused(t, w, a, hydra.ErrKeyChanged)
	a.wanted.PublicKey = mine
	w.edit(t, a.wanted.DID, func(doc map[string]any) { doc["client_secret"] = "set-by-somebody-else" })
	a.wanted.PublicKey = newKey(t)
	refused(t, w, a, hydra.ErrDIDTaken)
}

func takeover(t *testing.T, w *world) {
	owner := newAgent(t, "takeover")
	owner.reconcile(t, w)
	successor := owner.twin(t)
	result := successor.reconcile(t, w, hydra.WithTakeover())
	if result.Action != hydra.Adopted {
		t.Errorf("action %s, want adopted", result.Action)
	}
	refused(t, w, owner, hydra.ErrDIDTaken)
	if again := successor.reconcile(t, w); again.Action != hydra.Unchanged {
		t.Errorf("afterwards: %s", again.Action)
	}
}

func clientDeleted(t *testing.T, w *world) {
	a := newAgent(t, "client deleted")
	first := a.reconcile(t, w)
	if status, _ := w.call(t, http.MethodDelete, w.clientURL(a.wanted.DID), nil); status != http.StatusNoContent {
		t.Fatal(status)
	}
	for range 2 { // trying again changes nothing
		if _, err := a.registrar(w.config()).Reconcile(t.Context(), a.wanted); !errors.Is(err, hydra.ErrClientDeleted) {
			t.Errorf("error %v, want ErrClientDeleted", err)
		}
	}
	if status, _ := w.call(t, http.MethodGet, w.clientURL(a.wanted.DID), nil); status != http.StatusNotFound {
		t.Errorf("the deleted client is there again: status %d", status)
	}
	second := a.reconcile(t, w, hydra.WithRecreate())
	if second.Action != hydra.Recreated || second.Credentials.ClientSecret != first.Credentials.ClientSecret {
		t.Errorf("%s, want recreated with the same secret", second.Action)
	}
	if third := a.reconcile(t, w); third.Action != hydra.Unchanged {
		t.Errorf("afterwards: %s", third.Action)
	}
}

func twentyKeys(t *testing.T, w *world) {
	first := newAgent(t, "twenty keys")
	agents := []*agent{first}
	for len(agents) < 20 {
		agents = append(agents, first.twin(t))
	}
	created, taken := race(t, w, agents)
	if created != 1 || taken != 19 {
		t.Errorf("%d registered and %d were refused, want 1 and 19", created, taken)
	}
	for _, a := range agents {
		_, err := a.registrar(w.config()).Reconcile(t.Context(), a.wanted)
		if (err == nil) != (a.secret(t) != "") {
			t.Errorf("a secret is on disk: %v, but reconciliation says %v", a.secret(t) != "", err)
		}
	}
}

// twentyTwins share key and directory: one agent started twenty times over.
func twentyTwins(t *testing.T, w *world) {
	a := newAgent(t, "twenty twins")
	registrar := a.registrar(w.config())
	var group sync.WaitGroup
	results := make([]hydra.Result, 20)
	for i := range results {
		group.Go(func() {
			result, err := registrar.Reconcile(t.Context(), a.wanted)
			if err != nil {
				t.Error(err)
			}
			results[i] = result
		})
	}
	group.Wait()
	for _, r := range results {
		if r.Credentials == nil || r.Credentials.ClientSecret != a.secret(t) {
			t.Errorf("%s with a secret that is not on disk", r.Action)
		}
	}
}

func race(t *testing.T, w *world, agents []*agent) (created, taken int) {
	t.Helper()
	var group sync.WaitGroup
	errs := make([]error, len(agents))
	for i, a := range agents {
		group.Go(func() { _, errs[i] = a.registrar(w.config()).Reconcile(t.Context(), a.wanted) })
	}
	group.Wait()
	for _, err := range errs {
		switch {
		case err == nil:
			created++
		case errors.Is(err, hydra.ErrDIDTaken):
			taken++
		default:
			t.Error(err)
		}
	}
	return created, taken
}

func hydraWiped(t *testing.T, w *world) {
	a := newAgent(t, "hydra wiped")
	first := a.reconcile(t, w)
	w.wipe()
	second := a.reconcile(t, w)
	if second.Action != hydra.Recreated || second.Credentials.ClientSecret != first.Credentials.ClientSecret {
		t.Errorf("%s, want recreated with the same secret", second.Action)
	}
	w.wipe()
	thief := a.twin(t)
	thief.reconcile(t, w) // was faster
	refused(t, w, a, hydra.ErrDIDTaken)
}

func tokenRefusals(t *testing.T, w *world) {
	a := newAgent(t, "refusals")
	c := a.reconcile(t, w).Credentials
	wrong := *c
	wrong.ClientSecret = "wrong"
	unknown := *c
	unknown.ClientID = newAgent(t, "nobody").wanted.DID.String()
	for _, row := range []struct {
		name        string
		credentials *hydra.Credentials
		scopes      []string
		audience    string
		want        error
	}{
		{"wrong secret", &wrong, nil, "", hydra.ErrSecretRejected},
		{"unknown client", &unknown, nil, "", hydra.ErrSecretRejected},
		{"audience", c, nil, "elsewhere", hydra.ErrAudienceNotAllowed},
		{"scope", c, []string{"agent:admin"}, "", hydra.ErrScopeNotAllowed},
	} {
		source := hydra.NewTokenSource(w.config(), row.credentials, row.scopes)
		_, err := source.Token(t.Context(), row.audience)
		source.Close()
		if !errors.Is(err, row.want) {
			t.Errorf("%s: error %v, want %v", row.name, err, row.want)
		}
		if err != nil && strings.Contains(err.Error(), row.credentials.ClientSecret) {
			t.Errorf("%s: the error shows the secret", row.name)
		}
	}
}

func discoveryAndReadiness(t *testing.T, w *world) {
	issuer, err := hydra.Discover(t.Context(), w.config())
	if err != nil || issuer != w.public {
		t.Errorf("issuer %q, %v, want %q", issuer, err, w.public)
	}
	if err := hydra.Ready(t.Context(), w.config()); err != nil {
		t.Errorf("ready: %v", err)
	}
}

// revoke ends a token the way its owner does (RFC 7009).
func (w *world) revoke(t *testing.T, c *hydra.Credentials, token string) {
	t.Helper()
	form := url.Values{"token": {token}, "client_id": {c.ClientID}, "client_secret": {c.ClientSecret}}
	if status, _ := w.call(t, http.MethodPost, w.public+"/oauth2/revoke", form); status != http.StatusOK {
		t.Fatalf("revoke: status %d", status)
	}
}
