package registrar_test

import (
	"errors"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/keystatement"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

func TestAKeyIsToldSigned(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	began := f.Clock.Now()
	alice, bob := f.registered("alice"), f.registered("bob")
	f.Clock.Advance(time.Hour + 300*time.Millisecond)
	for _, of := range []registrartest.Agent{alice, bob} {
		got := f.KeyOf(f.Registrar, bob, of.DID)
		now := f.Clock.Now().Truncate(time.Second)
		s, err := keystatement.Verify([]byte(got.Body), f.Config.Self, of.DID, f.Clock.Now())
		if err != nil || got.Status != 200 || got.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%s: %v", got, err)
		}
		if !s.Key.Equal(of.Key.PublicKey()) || !s.Since.Equal(began) || !s.IssuedAt.Equal(now) || !s.ExpiresAt.Equal(now.Add(30*time.Second)) {
			t.Errorf("%+v", s)
		}
		for _, other := range []did.DID{f.Config.Self, registrartest.NewAgent(t, "carol").DID} {
			if _, err := keystatement.Verify([]byte(got.Body), f.Config.Self, other, now); !errors.Is(err, keystatement.ErrInvalid) {
				t.Errorf("about %s: %v", other, err)
			}
		}
		if _, err := keystatement.Verify([]byte(got.Body), f.Config.Self, of.DID, now.Add(30*time.Second)); !errors.Is(err, keystatement.ErrOutdated) {
			t.Errorf("after 30 s: %v", err)
		}
	}
}

func TestTheNewestKeyThatCountsIsTold(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice, bob := f.registered("alice"), f.registered("bob")
	now := f.Clock.Now()
	next, later := registrartest.NewKey(t, "next"), registrartest.NewKey(t, "later")
	err := f.Config.Store.Change(t.Context(), func(tx registrar.Tx) error {
		return errors.Join(tx.SaveKey(alice.DID, registrar.Key{Public: next.PublicKey(), From: now.Add(time.Minute)}),
			tx.SaveKey(alice.DID, registrar.Key{Public: later.PublicKey(), From: now.Add(2 * time.Minute)}))
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, wanted := range []*did.KeyPair{alice.Key, next, later} {
		s, err := keystatement.Verify([]byte(f.KeyOf(f.Registrar, bob, alice.DID).Body), f.Config.Self, alice.DID, f.Clock.Now())
		if err != nil || !s.Key.Equal(wanted.PublicKey()) {
			t.Errorf("%+v %v", s, err)
		}
		// Until it ends, the old key may ask as well as the new one.
		for _, key := range []*did.KeyPair{alice.Key, wanted} {
			want(t, f.KeyOf(f.Registrar, registrartest.Agent{DID: alice.DID, Key: key}, bob.DID), 200, "")
		}
		f.Clock.Advance(time.Minute)
	}
}

// A key that has ended is told to nobody, even where there is no other.
func TestAKeyThatHasEndedIsNotTold(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice, bob := f.registered("alice"), f.registered("bob")
	now := f.Clock.Now()
	f.validity(alice, now.Add(-time.Hour), now.Add(time.Second))
	want(t, f.KeyOf(f.Registrar, bob, alice.DID), 200, "")
	f.Clock.Advance(time.Second)
	want(t, f.KeyOf(f.Registrar, bob, alice.DID), 404, "client_unknown")
}

// The key that comes after one that has ended is told from when it begins.
func TestBetweenTwoKeysThereIsNone(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice, bob := f.registered("alice"), f.registered("bob")
	now, next := f.Clock.Now(), registrartest.Agent{DID: alice.DID, Key: registrartest.NewKey(t, "next")}
	f.validity(alice, now, now.Add(time.Second))
	f.validity(next, now.Add(3*time.Second), time.Time{})
	for _, wanted := range []int{200, 404, 404, 200} {
		if got := f.KeyOf(f.Registrar, bob, alice.DID); got.Status != wanted {
			t.Errorf("after %s: %s, want %d", f.Clock.Now().Sub(now), got, wanted)
		}
		f.Clock.Advance(time.Second)
	}
}

// Of whom nobody knows, of whom only waits and of whom is revoked, the same is told.
func TestTheKeyOfWhomNobodyKnows(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeApprove))
	bob, revoked := registrartest.NewAgent(t, "bob"), registrartest.NewAgent(t, "revoked")
	token := f.NewToken(2)
	for _, a := range []registrartest.Agent{bob, revoked} {
		f.accept(a, a.Body(registrartest.SecretOf("1")).With("enrolmentToken", token))
	}
	f.revoke(revoked.DID)
	waiting := registrartest.NewAgent(t, "waiting")
	if got := f.put(waiting, waiting.Body(registrartest.SecretOf("1"))); got.State != "pending" {
		t.Fatal(got)
	}
	for _, of := range []did.DID{registrartest.NewAgent(t, "nobody").DID, revoked.DID, waiting.DID, f.Config.Self} {
		want(t, f.KeyOf(f.Registrar, bob, of), 404, "client_unknown")
	}
	if _, err := f.Restore(t.Context(), revoked.DID, ""); err != nil {
		t.Fatal(err)
	}
	f.Clock.Advance(time.Second)
	want(t, f.KeyOf(f.Registrar, bob, revoked.DID), 404, "client_unknown")
	want(t, f.KeyOf(f.Registrar, revoked, bob.DID), 403, "not_registered")
	f.accept(revoked, revoked.Body(registrartest.SecretOf("2")))
	want(t, f.KeyOf(f.Registrar, bob, revoked.DID), 200, "")
}

// The registrar announces its own key, and is no client for all that.
func TestTheRegistrarAnnouncesItsOwnKey(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	key := registrar.TLSKey{7}
	if err := f.AnnounceOwn(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	for k, wanted := range map[registrar.TLSKey]bool{key: true, {8}: false} {
		if got, err := f.Announced(t.Context(), f.Config.Self, k); err != nil || got != wanted {
			t.Errorf("%x: %t %v", k[:1], got, err)
		}
	}
	f.Clock.Advance(registrar.AnnouncedFor)
	if got, err := f.Announced(t.Context(), f.Config.Self, key); err != nil || got {
		t.Errorf("after a minute: %t %v", got, err)
	}
	for n := range byte(2 * registrar.MaxAnnounced) {
		if err := f.AnnounceOwn(t.Context(), registrar.TLSKey{n}); err != nil {
			t.Fatal(err)
		}
	}
	if kept := f.Row(f.Config.Self).Announced; len(kept) != registrar.MaxAnnounced {
		t.Errorf("%d are kept", len(kept))
	}
	broken := f.Config
	broken.Store = &failing{Store: f.Config.Store, view: true}
	if got, err := f.Replica(broken).Announced(t.Context(), f.Config.Self, key); got || !errors.Is(err, registrar.ErrStorage) {
		t.Errorf("without a database: %t %v", got, err)
	}
}
