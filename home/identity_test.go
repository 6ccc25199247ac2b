package home

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/identity/did"
)

// A first start becomes somebody, a later one stays that whatever it would be
// called now, and whoever only looks is told the same.
func TestTheNameOfADirectoryStays(t *testing.T) {
	for name, password := range map[string][]byte{"plain key": nil, "encrypted key": []byte("secret")} {
		t.Run(name, func(t *testing.T) { nameStays(t, password) })
	}
}

func nameStays(t *testing.T, password []byte) {
	path := filepath.Join(t.TempDir(), "a", "b")
	h := start(t, path)
	first, derived, err := h.Claim(password, nil, named(parse(t, poet)))
	must(t, err)
	if first.DID != derived || first.DID.String() != poet {
		t.Errorf("became %s, derived %s", first.DID, derived)
	}
	if _, err := h.Identity(password); !errors.Is(err, ErrNoIdentity) {
		t.Errorf("before it is recorded: %v", err)
	}
	must(t, h.Record(first, password))
	again, derived, err := h.Claim(password, nil, named(parse(t, other)))
	must(t, err)
	if again.DID != first.DID || derived.String() != other || !again.Key.PublicKey().Equal(first.Key.PublicKey()) {
		t.Errorf("is %s, derived %s", again.DID, derived)
	}
	must(t, h.Record(again, password)) // changes nothing
	looking, err := Look(path)
	must(t, err)
	if id, err := looking.Identity(password); err != nil || id.DID != first.DID {
		t.Errorf("looked at: %v, %v", id.DID, err)
	}
	if _, err := looking.Identity([]byte("another")); !errors.Is(err, did.ErrKeyPassword) {
		t.Errorf("with another password: %v", err)
	}
	if err := h.Record(NewIdentity(first.DID, seeded(t, 9)), nil); !errors.Is(err, did.ErrKeyExists) {
		t.Errorf("another key: %v", err)
	}
}

// Only a key that was never kept has accepted nothing, and only a directory in
// which this program never served has no memory of it to lose.
func TestWhatTheMemoryOfReplaysIsToldOfThePast(t *testing.T) {
	now := time.Now()
	cfg := replay.Config{Window: time.Minute, Total: 100, Now: func() time.Time { return now }}
	for name, c := range map[string]struct {
		before  func(h *Home) Identity
		waits   bool
		atLeast time.Duration
		atMost  time.Duration
	}{
		"a first start": {func(*Home) Identity { return NewIdentity(parse(t, poet), seeded(t, 1)) }, false, 0, 0},
		"a start whose memory is gone": {func(h *Home) Identity {
			must(t, h.Record(NewIdentity(parse(t, poet), seeded(t, 1)), nil))
			return recorded(t, h)
		}, true, 59 * time.Second, time.Hour},
		"the reference's directory": {func(h *Home) Identity {
			must(t, did.SaveKeyPair(h.dir, seeded(t, 1), nil))
			id, _, err := h.Claim(nil, nil, named(parse(t, poet)))
			must(t, err)
			return id
		}, true, time.Second, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, filepath.Join(t.TempDir(), "agent"))
			store, err := h.Replay(c.before(h), cfg)
			must(t, err)
			defer store.Close()
			until, waits := store.Recovering()
			if left := until.Sub(now); waits != c.waits || waits && (left < c.atLeast || left > c.atMost) {
				t.Errorf("waits: %v, for %v", waits, left)
			}
		})
	}
}

func recorded(t *testing.T, h *Home) Identity {
	t.Helper()
	id, err := h.Identity(nil)
	must(t, err)
	return id
}
