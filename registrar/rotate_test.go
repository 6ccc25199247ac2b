package registrar_test

import (
	"errors"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// TestAnEndedSecret: who has it has nothing any more, at once; its agent is told so, and
// comes back with another one.
func TestAnEndedSecret(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice, bob := f.registered("alice"), f.registered("bob")
	secret, token := f.Clients.Secret(alice.DID), f.Clients.Issue(alice.DID)
	removed, err := f.EndSecret(t.Context(), alice.DID)
	if err != nil || !removed || f.Clients.Document(alice.DID) != nil {
		t.Fatal(removed, err)
	}
	if got := f.Inquire(f.Registrar, bob, token); got.Body != `{"active":false}` {
		t.Error(got)
	}
	want(t, f.KeyOf(f.Registrar, bob, alice.DID), 404, "client_unknown")
	want(t, f.KeyOf(f.Registrar, alice, alice.DID), 403, "secret_ended")
	want(t, f.Announce(f.Registrar, alice, registrar.TLSKey{1}), 403, "secret_ended")
	want(t, f.put(alice, alice.Body(secret)), 403, "secret_ended")
	want(t, f.put(alice, alice.Body(secret).With("newSecret", "no")), 400, "registration_invalid")
	if row := f.Row(alice.DID); row.Tombstone != nil || row.Intent != nil || !row.Client.SecretEnded {
		t.Errorf("%+v", row)
	}
	if again, err := f.EndSecret(t.Context(), alice.DID); err != nil || !again {
		t.Error(again, err)
	}
	f.Clock.Advance(time.Second)
	next := registrartest.SecretOf("next")
	want(t, f.put(alice, alice.Body(next)), 403, "secret_ended")
	if got := f.accept(alice, alice.Body(next).With("newSecret", "true")); got.Foreign || f.Clients.Secret(alice.DID) != next {
		t.Error(got)
	}
	if got := f.accept(alice, alice.Body(next)); got.Status != 200 {
		t.Error(got)
	}
	if _, err := f.Compare(t.Context(), alice.DID); err != nil {
		t.Error(err)
	}
}

// Where the authority is away the secret is good for nothing between agents all the same,
// and the client goes when it is back.
func TestASecretIsEndedWhileTheAuthorityIsAway(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice, bob := f.registered("alice"), f.registered("bob")
	token := f.Clients.Issue(alice.DID)
	cfg := f.Config
	cfg.Clients = stuck{f.Clients}
	if removed, err := f.Replica(cfg).EndSecret(t.Context(), alice.DID); err != nil || removed {
		t.Fatal(removed, err)
	}
	if got := f.Inquire(f.Registrar, bob, token); got.Body != `{"active":false}` {
		t.Error(got)
	}
	f.Clock.Advance(time.Second)
	next := fresh(alice, "next")
	want(t, f.put(alice, next), 503, "client_busy")
	f.Clock.Advance(time.Minute)
	if n, err := f.Finish(t.Context()); n != 1 || err != nil || f.Clients.Document(alice.DID) != nil {
		t.Error(n, err)
	}
	f.accept(alice, next)
}

// And its agent asks nothing, and is told to nobody, though its client is still there.
func TestASecretIsEndedForWhatItsAgentAsks(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice, bob := f.registered("alice"), f.registered("bob")
	cfg := f.Config
	cfg.Clients = stuck{f.Clients}
	if removed, err := f.Replica(cfg).EndSecret(t.Context(), alice.DID); err != nil || removed {
		t.Fatal(removed, err)
	}
	want(t, f.KeyOf(f.Registrar, bob, alice.DID), 404, "client_unknown")
	want(t, f.KeyOf(f.Registrar, alice, bob.DID), 403, "secret_ended")
	want(t, f.Announce(f.Registrar, alice, registrar.TLSKey{1}), 403, "secret_ended")
	want(t, f.Inquire(f.Registrar, alice, f.Clients.Issue(bob.DID)), 403, "secret_ended")
}

// A secret for which a DID was revoked is ended when that is restored, before its agent
// comes back with it; so is one whose client another hand deleted.
func TestASecretIsEndedBeforeItsAgentIsBack(t *testing.T) {
	t.Parallel()
	for name, gone := range map[string]func(f fixture, d did.DID){
		"revoked":         func(f fixture, d did.DID) { f.revoke(d) },
		"deleted by hand": func(f fixture, d did.DID) { f.delete(d) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, inMode(registrar.ModeOpen))
			f.TB = t
			alice := f.registered("alice")
			secret := f.Clients.Secret(alice.DID)
			gone(f, alice.DID)
			if _, err := f.Restore(t.Context(), alice.DID, ""); err != nil {
				t.Fatal(err)
			}
			if removed, err := f.EndSecret(t.Context(), alice.DID); err != nil || !removed {
				t.Fatal(removed, err)
			}
			f.Clock.Advance(time.Second)
			want(t, f.put(alice, alice.Body(secret)), 403, "secret_ended")
			want(t, f.put(alice, alice.Body(secret).With("newSecret", "true")), 403, "secret_ended")
			f.accept(alice, fresh(alice, "next"))
			want(t, f.put(alice, alice.Body(secret)), 403, "secret_ended")
		})
	}
}

func (f fixture) delete(d did.DID) {
	f.Helper()
	if err := f.Clients.Delete(f.Context(), d); err != nil {
		f.Fatal(err)
	}
}

func TestWhoseSecretCannotBeEnded(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice := f.registered("alice")
	f.revoke(alice.DID)
	imported := registrartest.NewAgent(t, "imported")
	f.before(imported, registrartest.SecretOf("1"))
	f.imports(imported)
	for d, want := range map[registrartest.Agent]error{
		imported:                             registrar.ErrNotMoved,
		alice:                                registrar.ErrNoSecret,
		registrartest.NewAgent(t, "nobody"):  registrar.ErrUnknown,
		{DID: f.Config.Self, Key: alice.Key}: registrar.ErrOwn,
	} {
		if _, err := f.EndSecret(t.Context(), d.DID); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", d.DID, err, want)
		}
	}
}

// An agent of the reference makes another secret when it is restarted.
func TestAnEndedSecretOfTheReference(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeToken))
	a := f.bound("poet")
	if removed, err := f.EndSecret(t.Context(), a.DID); err != nil || !removed {
		t.Fatal(removed, err)
	}
	want(t, a.get(a.DID), 404, "client_unknown")
	want(t, a.ask("PUT", clientPath(a.DID), text(a.document(registrartest.SecretOf("poet")))), 403, "secret_ended")
	if got := a.post(registrartest.SecretOf("2")); got.Status != 201 || a.get(a.DID).Status != 200 {
		t.Error(got)
	}
}
