package replay

import (
	"testing"

	"github.com/getbindu/bindu-go/gate"
)

// Nonces are the callers' own: what one of them used shuts the door to nobody
// else, neither now nor after a restart, and stays used for the one.
func TestWhatOneCallerUsedIsFreeForAnother(t *testing.T) {
	c := newClock()
	dir := newDir(t, nil)
	s := open(t, dir, Config{Now: c.now})
	alice, bob, carol := name(t, "alice"), name(t, "bob"), name(t, "carol")
	expect(t, "alice", s.Use(t.Context(), alice, "nonce", c.expiry()), nil)
	expect(t, "bob", s.Use(t.Context(), bob, "nonce", c.expiry()), nil)
	expect(t, "alice again", s.Use(t.Context(), alice, "nonce", c.expiry()), gate.ErrReplayed)
	s.crash()
	s = open(t, dir, Config{Now: c.now})
	expect(t, "bob after a restart", s.Use(t.Context(), bob, "nonce", c.expiry()), gate.ErrReplayed)
	expect(t, "carol after a restart", s.Use(t.Context(), carol, "nonce", c.expiry()), nil)
	// The boundary between name and key is part of what is remembered.
	expect(t, "a name that goes on in the key", s.Use(t.Context(), name(t, "al"), "icenonce", c.expiry()), nil)
}
