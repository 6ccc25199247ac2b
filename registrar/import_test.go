package registrar_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// before registers an agent at the authority as it does itself without a registrar.
func (f fixture) before(a registrartest.Agent, secret string) {
	f.Helper()
	document, _ := json.Marshal((referred{f, a, ""}).document(secret)) // texts cannot fail
	if err := f.Clients.Put(f.Context(), a.DID, document); err != nil {
		f.Fatal(err)
	}
}

// prospects returns all that could be imported.
func (f fixture) prospects() (all []registrar.Prospect) {
	f.Helper()
	for page := ""; ; {
		some, _, next, err := f.Prospects(f.Context(), page)
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, some...)
		if page = next; page == "" {
			return all
		}
	}
}

func (f fixture) imports(a registrartest.Agent) {
	f.Helper()
	already, err := f.Import(f.Context(), a.DID, registrar.Fingerprint(a.Key.PublicKey()))
	if err != nil || already {
		f.Fatal(already, err)
	}
}

// TestImport shows an agent before, while and after it moves: it needs no token, and
// what it has goes on until it comes.
func TestImport(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeToken))
	a, named := registrartest.NewAgent(t, "alice"), registrartest.NewNamedAgent(t, "poet")
	f.before(a, registrartest.SecretOf("1"))
	f.before(named, registrartest.SecretOf("n"))
	all := f.prospects()
	if len(all) != 2 {
		t.Fatalf("%+v", all)
	}
	for _, p := range all {
		changed := map[string]string{}
		for _, d := range p.Changes {
			changed[d.Field] = d.Want
		}
		if p.Standing != "" || p.KeyBound != (p.DID == a.DID) || !slices.Contains(p.Scopes, "agent:admin") ||
			changed["scope"] != `"agent:read agent:write"` || changed["redirect_uris"] != "[]" || changed["grant_types"] != `["client_credentials"]` || changed["client_name"] != "" {
			t.Errorf("%+v", p)
		}
	}
	f.imports(a)
	if already, err := f.Import(t.Context(), a.DID, registrar.Fingerprint(a.Key.PublicKey())); err != nil || !already {
		t.Error(already, err)
	}
	if f.Clients.Secret(a.DID) != registrartest.SecretOf("1") || string(f.Clients.Document(a.DID)["redirect_uris"]) == "[]" {
		t.Error("the client was touched")
	}
	if drift, err := f.Compare(t.Context(), a.DID); err != nil || len(drift) > 0 {
		t.Errorf("who has not moved counts as changed: %v, %v", drift, err)
	}
	got := f.accept(a, a.Body(registrartest.SecretOf("2"))) // without a token
	if got.Status != 200 || got.Foreign || len(got.Drift) == 0 || string(f.Clients.Document(a.DID)["redirect_uris"]) != "[]" {
		t.Error(got)
	}
	want(t, f.put(named, named.Body(registrartest.SecretOf("n"))), 403, "did_not_key_bound") // it was not imported
	f.imports(named)
	if got := f.accept(named, named.Body(registrartest.SecretOf("n"))); got.Status != 200 {
		t.Error(got)
	}
	f.Clients.Edit(a.DID, func(d registrartest.Document) { d["scope"] = json.RawMessage(`"agent:admin"`) })
	if _, err := f.Compare(t.Context(), a.DID); err == nil {
		t.Error("who has moved is compared no more")
	}
}

// TestWhoCanBeNoAgentIsCounted, and named where its id begins as those of agents do: who
// misses one in the list learns that it was seen.
func TestWhoCanBeNoAgentIsCounted(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	a, keyless := registrartest.NewAgent(t, "alice"), registrartest.NewAgent(t, "keyless")
	f.before(a, registrartest.SecretOf("1"))
	f.bare(keyless.DID, `{}`)
	unfit := []string{"DID:bindu:author:poet:1", "did:bindu:Author:poet:1", "did:x"}
	for _, id := range append([]string{"a web application", "did"}, unfit...) {
		f.Clients.Stranger(id)
	}
	var left registrar.LeftOut
	n := 0
	for page, more := "", true; more; more = page != "" {
		some, out, next, err := f.Prospects(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		n, page = n+len(some), next
		left.Others += out.Others
		left.Unfit = append(left.Unfit, out.Unfit...)
	}
	if n != 1 || left.Others != 2 || !slices.Equal(left.Unfit, append([]string{keyless.DID.String()}, unfit...)) {
		t.Errorf("%d agents, left out %+v", n, left)
	}
}

// TestWhatIsNotImported: nothing that was not reviewed as it is, and nobody whom the
// database knows otherwise.
func TestWhatIsNotImported(t *testing.T) {
	t.Parallel()
	a := registrartest.NewNamedAgent(t, "poet")
	print := registrar.Fingerprint(a.Key.PublicKey())
	for name, tt := range map[string]struct {
		make func(f fixture)
		want error
		word string
	}{
		"no client": {func(fixture) {}, registrar.ErrNoClient, ""},
		"no key":    {func(f fixture) { f.bare(a.DID, `{}`) }, registrar.ErrNotAgent, ""},
		"another key": {func(f fixture) {
			f.before(registrartest.Agent{DID: a.DID, Key: registrartest.NewKey(f, "thief")}, registrartest.SecretOf("1"))
		}, registrar.ErrOtherKey, ""},
		"bound": {func(f fixture) {
			other := registrartest.Agent{DID: a.DID, Key: registrartest.NewKey(f, "other")}
			f.accept(other, other.Body(registrartest.SecretOf("o")).With("enrolmentToken", f.NewTokenFor("author", "poet", 1)))
			f.before(a, registrartest.SecretOf("1"))
		}, registrar.ErrBound, ""},
		"revoked": {func(f fixture) { f.revoke(a.DID); f.before(a, registrartest.SecretOf("1")) }, nil, "revoked"},
		"the key of one that is revoked": {func(f fixture) {
			other := registrartest.Agent{DID: registrartest.NewNamedAgent(f, "other").DID, Key: a.Key}
			f.accept(other, other.Body(registrartest.SecretOf("o")).With("enrolmentToken", f.NewTokenFor("author", "other", 1)))
			f.revoke(other.DID)
			f.before(a, registrartest.SecretOf("1"))
		}, nil, "revoked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, inMode(registrar.ModeToken))
			tt.make(f)
			before := f.Row(a.DID)
			_, err := f.Import(t.Context(), a.DID, print)
			refused, _ := errors.AsType[*registrar.Refusal](err)
			if tt.want != nil && !errors.Is(err, tt.want) || tt.word != "" && (refused == nil || string(refused.Word) != tt.word) {
				t.Errorf("%v, want %v %s", err, tt.want, tt.word)
			}
			if after := f.Row(a.DID); (after.Client == nil) != (before.Client == nil) || len(after.Keys) != len(before.Keys) {
				t.Errorf("%+v", after)
			}
			for _, p := range f.prospects() {
				if p.DID == a.DID && p.Standing == "" && name != "another key" {
					t.Errorf("%+v", p)
				}
			}
		})
	}
	f := newFixture(t, nil)
	if _, err := f.Import(t.Context(), f.Config.Self, print); !errors.Is(err, registrar.ErrOwn) {
		t.Error(err)
	}
}

func (f fixture) bare(d did.DID, metadata string) {
	f.Helper()
	if err := f.Clients.Put(f.Context(), d, []byte(`{"client_id":"`+d.String()+`","client_secret":"secret","metadata":`+metadata+`}`)); err != nil {
		f.Fatal(err)
	}
}

// An agent of the reference that was imported gets its token, and keeps its key.
func TestAnImportedAgentOfTheReference(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeToken))
	a := f.refer("poet")
	f.before(a.Agent, registrartest.SecretOf("1"))
	f.imports(a.Agent)
	want(t, a.get(a.DID), 404, "client_unknown")
	thief := a
	thief.Key = registrartest.NewKey(t, "thief")
	want(t, thief.post(registrartest.SecretOf("thief")), 403, "enrolment_token_refused")
	if got := a.post(registrartest.SecretOf("2")); got.Status != 201 || a.get(a.DID).Status != 200 || f.Clients.Secret(a.DID) != registrartest.SecretOf("2") {
		t.Error(got)
	}
	for _, p := range f.prospects() {
		if slices.ContainsFunc(p.Changes, func(d registrar.Drift) bool { return d.Field == "scope" }) {
			t.Errorf("it has its scopes, and keeps them: %+v", p)
		}
	}
}

// Who is bound is shown as bound, also where another DID with its key was revoked: that
// keeps its key from binding others, and does not end what there is.
func TestABoundAgentIsNoProspectThatIsRevoked(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	victim, other := f.registered("victim"), registrartest.NewAgent(t, "other").DID
	if err := f.Config.Store.Change(t.Context(), func(tx registrar.Tx) error {
		head, err := tx.Advance()
		return errors.Join(err, tx.SaveClient(&registrar.Client{DID: other, BoundAt: f.Clock.Now()}),
			tx.SaveKey(other, registrar.Key{Public: victim.Key.PublicKey(), From: f.Clock.Now()}),
			tx.SaveTombstone(registrar.Tombstone{DID: other, Revoked: true, Seq: head.Seq, At: f.Clock.Now()}))
	}); err != nil {
		t.Fatal(err)
	}
	all := f.prospects()
	if len(all) != 1 || all[0].DID != victim.DID || all[0].Standing != registrar.StandingBound {
		t.Errorf("%+v", all)
	}
}
