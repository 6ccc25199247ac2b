package registrartest

import (
	"errors"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/registrar"
)

func testAnnouncements(_ *testing.T, f *rows) {
	of := func(name string, key byte, after time.Duration) registrar.Announcement {
		return registrar.Announcement{DID: f.did(name), TLSKey: registrar.TLSKey{31: key}, Until: begin.Add(after)}
	}
	first, second, others := of("alice", 1, time.Second), of("alice", 2, time.Minute), of("bob", 1, time.Second)
	f.change(func(tx registrar.Tx) error {
		return errors.Join(tx.SaveAnnouncement(second, begin), tx.SaveAnnouncement(first, begin), tx.SaveAnnouncement(others, begin))
	})
	f.view(func(read registrar.Reader) error {
		same(f, []registrar.Announcement{first, second})(read.Announcements(first.DID))
		same(f, []registrar.Announcement{others})(read.Announcements(others.DID))
		same(f, []registrar.Announcement(nil))(read.Announcements(f.did("nobody")))
		return nil
	})
	later := of("alice", 1, time.Hour)
	f.change(func(tx registrar.Tx) error { return tx.SaveAnnouncement(later, begin) })
	f.view(func(read registrar.Reader) error {
		same(f, []registrar.Announcement{second, later})(read.Announcements(first.DID))
		same(f, []registrar.Announcement{others})(read.Announcements(others.DID))
		return nil
	})
	third := of("carol", 3, time.Hour)
	f.change(func(tx registrar.Tx) error { return tx.SaveAnnouncement(third, others.Until) })
	f.change(func(tx registrar.Tx) error { return tx.DeleteAnnouncement(second.DID, second.TLSKey) })
	f.view(func(read registrar.Reader) error {
		same(f, []registrar.Announcement{later})(read.Announcements(first.DID))
		same(f, []registrar.Announcement(nil))(read.Announcements(others.DID)) // expired
		same(f, []registrar.Announcement{third})(read.Announcements(third.DID))
		return nil
	})
}

// testAnnounced announces at one replica what another is asked about.
func testAnnounced(t *testing.T, f *rows) {
	fix := NewFixture(t, f.store, func(c *registrar.Config) { c.Mode = registrar.ModeOpen })
	alice, bob := NewAgent(t, "alice"), NewAgent(t, "bob")
	all := fix.replicas(f.again, 2)
	counts := func(a Agent, key byte, want bool) {
		t.Helper()
		for _, r := range all {
			if got, err := r.Announced(t.Context(), a.DID, registrar.TLSKey{key}); err != nil || got != want {
				t.Errorf("%s, key %d: %t, %v, want %t", a.DID, key, got, err, want)
			}
		}
	}
	announce := func(a Agent, key byte) {
		t.Helper()
		if got := fix.Announce(all[0], a, registrar.TLSKey{key}); got.Status != 204 || got.Body != "" {
			t.Errorf("%s, key %d: %s", a.DID, key, got)
		}
	}
	for _, a := range []Agent{alice, bob} {
		if got := fix.Register(fix.Registrar, a, a.Body(SecretOf("1"))); got.State != "registered" {
			t.Fatal(got)
		}
	}
	for key := range byte(registrar.MaxAnnounced) {
		announce(alice, key)
		fix.Clock.Advance(time.Second)
	}
	counts(alice, 0, true)
	counts(bob, 0, false)
	announce(alice, 1) // again
	announce(alice, 9) // the oldest goes
	announce(bob, 9)
	for key, want := range map[byte]bool{0: false, 1: true, 2: true, 3: true, 9: true} {
		counts(alice, key, want)
	}
	fix.Clock.Advance(registrar.AnnouncedFor - 3*time.Second)
	for key, want := range map[byte]bool{1: true, 2: true, 3: true, 9: true} {
		counts(alice, key, want)
	}
	fix.Clock.Advance(time.Second)
	counts(alice, 2, false)
	counts(alice, 9, true)
	if _, err := all[1].Revoke(t.Context(), alice.DID, ""); err != nil {
		t.Fatal(err)
	}
	counts(alice, 9, false)
	counts(bob, 9, true)
	if _, err := all[1].Restore(t.Context(), alice.DID, ""); err != nil {
		t.Fatal(err)
	}
	if got := fix.Register(all[1], alice, alice.Body(SecretOf("2"))); got.State != "registered" {
		t.Fatal(got)
	}
	counts(alice, 9, false) // what was announced before does not come back
	fix.Clock.Advance(registrar.AnnouncedFor)
	counts(bob, 9, false)
}
