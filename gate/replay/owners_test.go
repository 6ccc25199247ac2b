package replay

import (
	"strconv"
	"testing"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
)

// neighbour returns a caller whose name goes on with the digits behind that of
// first, and whose keys are kept in the same shard: others never meet.
func neighbour(t *testing.T, first did.DID, not string) (d did.DID, digits string) {
	t.Helper()
	home, _ := identify(first, "")
	for i := range 100 * shards {
		digits = strconv.Itoa(i)
		d = name(t, "alice"+digits)
		if id, _ := identify(d, ""); id%shards == home%shards && digits != not {
			return d, digits
		}
	}
	t.Fatal("no neighbour")
	return d, ""
}

// Nonces are the callers' own: what one of them used shuts the door to nobody
// else, neither now nor after a restart, and stays used for the one.
func TestWhatOneCallerUsedIsFreeForAnother(t *testing.T) {
	c := newClock()
	dir := newDir(t, nil)
	s := open(t, dir, Config{Now: c.now})
	alice := name(t, "alice")
	bob, digits := neighbour(t, alice, "")
	carol, _ := neighbour(t, alice, digits)
	use := func(what string, owner did.DID, key string, want error) {
		t.Helper()
		expect(t, what, s.Use(t.Context(), owner, key, c.expiry()), want)
	}
	use("alice", alice, "nonce", nil)
	use("bob", bob, "nonce", nil)
	use("alice again", alice, "nonce", gate.ErrReplayed)
	// Where the name ends and the key begins is part of what is remembered.
	use("a key that begins as bob's name ends", alice, digits+"nonce", nil)
	s.crash()
	s = open(t, dir, Config{Now: c.now})
	use("bob after a restart", bob, "nonce", gate.ErrReplayed)
	use("carol after a restart", carol, "nonce", nil)
}
