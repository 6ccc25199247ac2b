package registrar_test

import (
	"errors"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

func TestWaitingAgentsAreBounded(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeApprove))
	from := func(address, name string) registrartest.Answer {
		a := registrartest.NewAgent(t, name)
		r := a.Sign(t, a.Signing(f.Config.Self, a.Body(registrartest.SecretOf(name)).JSON(), f.Clock.Now()))
		r.RemoteAddr = address
		return registrartest.Ask(f, r)
	}
	for _, tt := range []struct {
		address, name string
		status        int
	}{
		{"192.0.2.1:1", "a", 202}, {"192.0.2.1:2", "b", 202}, {"192.0.2.1:1", "a", 202},
		{"192.0.2.1:3", "c", 503}, {"192.0.2.2:1", "c", 202}, {"192.0.2.3:1", "d", 503}, {"192.0.2.1:1", "a", 202},
	} {
		if got := from(tt.address, tt.name); got.Status != tt.status || (tt.status == 503) != (got.Reason == "pending_full") {
			t.Errorf("%s from %s: %s", tt.name, tt.address, got)
		}
	}
	f.Clock.Advance(f.Config.PendingFor)
	if all, err := f.Pending(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("%+v %v", all, err)
	}
	if got := from("192.0.2.1:3", "c"); got.Status != 202 {
		t.Error(got)
	}
}

// The key of who is revoked while it waits is let in under no other name.
func TestTheKeyOfWhoIsRevokedWhileItWaits(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeApprove))
	alice := registrartest.NewAgent(t, "alice")
	want(t, f.put(alice, alice.Body(registrartest.SecretOf("1"))), 202, "")
	other, err := did.FromPublicKey("author", "other", alice.Key.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	token := f.NewTokenFor("author", "other", 1)
	renamed := registrartest.Agent{DID: other, Key: alice.Key}
	want(t, f.put(renamed, renamed.Body(registrartest.SecretOf("2"))), 202, "")
	if _, err := f.Revoke(t.Context(), alice.DID, ""); err != nil {
		t.Fatal(err)
	}
	err = f.Approve(t.Context(), other, registrar.Fingerprint(alice.Key.PublicKey()))
	if refused, _ := errors.AsType[*registrar.Refusal](err); refused == nil || refused.Word != registrar.Revoked {
		t.Errorf("approved under another name: %v", err)
	}
	want(t, f.put(renamed, renamed.Body(registrartest.SecretOf("3")).With("enrolmentToken", token)), 403, "revoked")
	if _, err := f.Restore(t.Context(), alice.DID, ""); err != nil {
		t.Fatal(err)
	}
	want(t, f.put(alice, alice.Body(registrartest.SecretOf("4"))), 202, "")
	if err := f.Approve(t.Context(), alice.DID, registrar.Fingerprint(alice.Key.PublicKey())); err != nil {
		t.Error(err)
	}
	f.accept(alice, alice.Body(registrartest.SecretOf("4")))
}

// Nor does anybody register with it who has not waited.
func TestTheKeyOfWhoWaitedIsRevoked(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeApprove))
	alice, poet := registrartest.NewAgent(t, "alice"), registrartest.NewNamedAgent(t, "poet")
	want(t, f.put(alice, alice.Body(registrartest.SecretOf("1"))), 202, "")
	if _, err := f.Revoke(t.Context(), alice.DID, ""); err != nil {
		t.Fatal(err)
	}
	poet.Key = alice.Key
	body := poet.Body(registrartest.SecretOf("2")).With("enrolmentToken", f.NewTokenFor("author", "poet", 1))
	want(t, f.put(poet, body), 403, "revoked")
	if row := f.Row(poet.DID); row.Client != nil {
		t.Errorf("%+v", row.Client)
	}
}

// Who is revoked waits no more, and is not approved when it comes again.
func TestWhoIsRevokedDoesNotWait(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeApprove))
	alice := registrartest.NewAgent(t, "alice")
	body := alice.Body(registrartest.SecretOf("1"))
	want(t, f.put(alice, body), 202, "")
	if err := f.Config.Store.Change(t.Context(), func(tx registrar.Tx) error { // as before revocations took it off the list
		head, err := tx.Advance()
		return errors.Join(err, tx.SaveTombstone(registrar.Tombstone{DID: alice.DID, Revoked: true, Seq: head.Seq, At: f.Clock.Now()}))
	}); err != nil {
		t.Fatal(err)
	}
	err := f.Approve(t.Context(), alice.DID, registrar.Fingerprint(alice.Key.PublicKey()))
	if refused, _ := errors.AsType[*registrar.Refusal](err); refused == nil || refused.Word != registrar.Revoked {
		t.Errorf("approved: %v", err)
	}
	bob := registrartest.NewAgent(t, "bob")
	want(t, f.put(bob, bob.Body(registrartest.SecretOf("1"))), 202, "")
	if _, err := f.Revoke(t.Context(), bob.DID, ""); err != nil {
		t.Fatal(err)
	}
	all, err := f.Pending(t.Context())
	if err != nil || len(all) != 1 || all[0].DID != alice.DID {
		t.Errorf("%+v wait, %v", all, err)
	}
}

func TestTheOperatorDecidesByDIDAndFingerprint(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeApprove))
	alice, bob := registrartest.NewAgent(t, "alice"), registrartest.NewAgent(t, "bob")
	for _, a := range []registrartest.Agent{alice, bob} {
		want(t, f.put(a, a.Body(registrartest.SecretOf("1"))), 202, "")
		f.Clock.Advance(time.Second)
	}
	all, err := f.Pending(t.Context())
	if err != nil || len(all) != 2 || all[0].DID != alice.DID || all[1].DID != bob.DID {
		t.Fatalf("%+v %v", all, err)
	}
	prints := []string{registrar.Fingerprint(alice.Key.PublicKey()), registrar.Fingerprint(bob.Key.PublicKey())}
	if err := f.Approve(t.Context(), alice.DID, prints[1]); !errors.Is(err, registrar.ErrNotPending) {
		t.Errorf("approved by another key: %v", err)
	}
	if err := errors.Join(f.Approve(t.Context(), alice.DID, prints[0]), f.Deny(t.Context(), bob.DID, prints[1])); err != nil {
		t.Fatal(err)
	}
	if err := f.Approve(t.Context(), bob.DID, prints[1]); !errors.Is(err, registrar.ErrNotPending) {
		t.Errorf("approved after it was denied: %v", err)
	}
	f.accept(alice, alice.Body(registrartest.SecretOf("1")))
	want(t, f.put(bob, bob.Body(registrartest.SecretOf("1"))), 202, "")
	if rec, err := f.Show(t.Context(), bob.DID); err != nil || rec.Pending == nil || registrar.Fingerprint(rec.Pending.Key) != prints[1] {
		t.Errorf("it waits, and shown is %+v, %v", rec, err)
	}
	f.Clock.Advance(f.Config.PendingFor)
	if rec, err := f.Show(t.Context(), bob.DID); !errors.Is(err, registrar.ErrUnknown) {
		t.Errorf("it waits no more, and shown is %+v, %v", rec, err)
	}
	if err := f.Approve(t.Context(), bob.DID, prints[1]); !errors.Is(err, registrar.ErrNotPending) {
		t.Errorf("approved after it expired: %v", err)
	}
	if row := f.Row(bob.DID); row.Client != nil || row.Keys != nil {
		t.Errorf("bound: %+v", row)
	}
}
