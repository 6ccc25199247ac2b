package registrar_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// ends ends a secret, and fails the test unless its client is gone.
func (f fixture) ends(d did.DID) {
	f.Helper()
	if removed, err := f.EndSecret(f.Context(), d); err != nil || !removed || f.Clients.Document(d) != nil {
		f.Fatal(removed, err)
	}
}

// held is a registration that was signed now and is sent later.
func (f fixture) held(a registrartest.Agent, body registrartest.Body) *http.Request {
	f.Helper()
	return a.Sign(f, a.Signing(f.Config.Self, body.JSON(), f.Clock.Now()))
}

// fresh is the body of a registration with a secret that its agent calls new.
func fresh(a registrartest.Agent, secret string) registrartest.Body {
	return a.Body(registrartest.SecretOf(secret)).With("newSecret", "true")
}

// What is signed in the second of the ending comes too late, and what is a second later not.
func TestASecretOfTheSecondOfTheEnding(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice := f.registered("alice")
	f.Clock.Advance(300 * time.Millisecond)
	f.ends(alice.DID)
	want(t, f.put(alice, fresh(alice, "2")), 403, "secret_ended")
	f.Clock.Advance(699 * time.Millisecond)
	want(t, f.put(alice, fresh(alice, "3")), 403, "secret_ended")
	f.Clock.Advance(time.Millisecond)
	f.accept(alice, fresh(alice, "4"))
}

// Whatever the network held while a secret was ended comes too late, whichever secret is in
// it, and also where the agent has registered another meanwhile.
func TestASecretIsEndedForWhatWasSignedBefore(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice := f.registered("alice")
	f.ends(alice.DID)
	f.Clock.Advance(time.Second)
	f.accept(alice, fresh(alice, "2"))
	var held []*http.Request
	for _, body := range []registrartest.Body{
		fresh(alice, "2"), fresh(alice, "3"), fresh(alice, "2"), fresh(alice, "3"), alice.Body(registrartest.SecretOf("2")), alice.Body(registrartest.SecretOf("3")),
	} {
		held = append(held, f.held(alice, body))
	}
	f.Clock.Advance(999 * time.Millisecond)
	f.ends(alice.DID)
	want(t, f.put(alice, fresh(alice, "4")), 403, "secret_ended") // in the same second
	f.Clock.Advance(time.Millisecond)
	for _, late := range held[:2] {
		want(t, registrartest.Ask(f, late), 403, "secret_ended")
	}
	if f.Clients.Document(alice.DID) != nil {
		t.Error("an ended secret is back")
	}
	f.accept(alice, fresh(alice, "5"))
	for _, late := range held[2:] {
		want(t, registrartest.Ask(f, late), 403, "secret_ended")
	}
	if f.Clients.Secret(alice.DID) != registrartest.SecretOf("5") {
		t.Error("an ended secret is back")
	}
}

// No secret that was ended is registered again, by whatever is said of it, and however
// many there were.
func TestNoEndedSecretIsRegisteredAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice := registrartest.NewAgent(t, "alice")
	all := []string{"1", "2", "3"}
	for n, secret := range all {
		f.accept(alice, fresh(alice, secret))
		for _, ended := range all[:n] {
			want(t, f.put(alice, fresh(alice, ended)), 403, "secret_ended")
			want(t, f.put(alice, alice.Body(registrartest.SecretOf(ended))), 403, "secret_ended")
		}
		f.accept(alice, fresh(alice, secret)) // its own, as often as it likes
		f.ends(alice.DID)
		f.Clock.Advance(time.Second)
		for _, ended := range all[:n+1] {
			want(t, f.put(alice, fresh(alice, ended)), 403, "secret_ended")
		}
	}
	if row := f.Row(alice.DID); len(row.Client.Ended) != len(all) || row.Client.Secrets != nil || f.Clients.Document(alice.DID) != nil {
		t.Errorf("%+v", row.Client)
	}
}

// A secret that its agent replaced by itself was not ended.
func TestASecretThatWasReplaced(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice := registrartest.NewAgent(t, "alice")
	for _, secret := range []string{"1", "2", "3"} {
		f.accept(alice, alice.Body(registrartest.SecretOf(secret)))
	}
	f.ends(alice.DID)
	f.Clock.Advance(time.Second)
	want(t, f.put(alice, fresh(alice, "3")), 403, "secret_ended")
	f.accept(alice, fresh(alice, "1"))
}

// An agent of the reference proves no key and signs nothing: its ended secret is refused by
// what it is.
func TestNoEndedSecretOfTheReferenceIsRegisteredAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeToken))
	a := f.bound("poet")
	f.ends(a.DID)
	want(t, a.post(registrartest.SecretOf("poet")), 403, "secret_ended")
	if got := a.post(registrartest.SecretOf("2")); got.Status != 201 {
		t.Fatal(got)
	}
	for _, got := range []registrartest.Answer{
		a.post(registrartest.SecretOf("poet")), a.ask("PUT", clientPath(a.DID), text(a.document(registrartest.SecretOf("poet")))),
	} {
		want(t, got, 403, "secret_ended")
	}
	if f.Clients.Secret(a.DID) != registrartest.SecretOf("2") {
		t.Error("an ended secret is back")
	}
}

// silent is an authority that takes what is written and does not say so.
type silent struct{ registrar.Clients }

func (s silent) Put(ctx context.Context, d did.DID, document []byte) error {
	return errors.Join(s.Clients.Put(ctx, d, document), errors.New("away"))
}

// refusing is one that takes nothing.
type refusing struct{ registrar.Clients }

func (refusing) Put(context.Context, did.DID, []byte) error { return registrar.ErrRefused }

// Where a change did not end, whichever secret it left in force is ended.
func TestASecretIsEndedWhoseRegistrationDidNotEnd(t *testing.T) {
	t.Parallel()
	for name, through := range map[string]func(registrar.Clients) registrar.Clients{
		"written": func(c registrar.Clients) registrar.Clients { return silent{c} },
		"refused": func(c registrar.Clients) registrar.Clients { return refusing{c} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, inMode(registrar.ModeOpen))
			alice := registrartest.NewAgent(t, "alice")
			f.accept(alice, fresh(alice, "1"))
			cfg := f.Config
			cfg.Clients = through(f.Clients)
			want(t, f.Register(f.Replica(cfg), alice, fresh(alice, "2")), 503, "authority_unavailable")
			f.Clock.Advance(f.Config.Lease)
			f.ends(alice.DID)
			f.Clock.Advance(time.Second)
			for _, ended := range []string{"1", "2"} {
				want(t, f.put(alice, fresh(alice, ended)), 403, "secret_ended")
			}
			f.accept(alice, fresh(alice, "3"))
		})
	}
}

// Of a client that was registered before secrets were known again it counts what the agent
// says, as it did then.
func TestASecretOfWhichNothingWasKept(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice := f.registered("alice")
	err := f.Config.Store.Change(t.Context(), func(tx registrar.Tx) error {
		if err := tx.Lock(alice.DID); err != nil {
			return err
		}
		c, err := tx.Client(alice.DID)
		c.Document, c.Secrets, c.SecretEnded = nil, nil, true
		return errors.Join(err, f.Clients.Delete(t.Context(), alice.DID), tx.SaveClient(c))
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, f.put(alice, alice.Body(registrartest.SecretOf("1"))), 403, "secret_ended")
	f.accept(alice, fresh(alice, "1"))
}
