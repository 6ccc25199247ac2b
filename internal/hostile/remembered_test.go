package hostile

import (
	"crypto/rand"
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
)

// changedKey is the refusal of a key that is not the one known.
var changedKey = want{status: 403, code: -31407, gate: "signature", reach: atKey}

// newNamedCaller is a caller whose DID is made of author and name.
func (w *town) newNamedCaller(t *testing.T) *caller {
	t.Helper()
	c := w.newCaller(t)
	name, err := did.FromAuthorAndName("caller@example.com", "caller"+rand.Text())
	if err != nil {
		t.Fatal(err)
	}
	c.name, c.cert = name, w.issue(name)
	w.register(t, name, did.EncodePublicKey(c.key.PublicKey()))
	return c
}

// usurp is what the holder of Hydra's admin API can do: it gives a DID another
// key and secret, and with them takes a token for step-ca and a certificate.
func (w *town) usurp(t *testing.T, victim *caller) *caller {
	t.Helper()
	thief := w.newCaller(t)
	thief.name, thief.cert = victim.name, w.issue(victim.name)
	w.register(t, thief.name, did.EncodePublicKey(thief.key.PublicKey()))
	return thief
}

func replacedRegistration(t *testing.T, w *house) {
	for name, make := range map[string]func(*town, *testing.T) *caller{
		"author and name": (*town).newNamedCaller, "derived from the key": (*town).newCaller,
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "agent")
			h := w.buildIn(t, dir, "")
			victim := make(h.town, t)
			ok.refuses(aimAs(t, h, victim), "")
			thief := h.usurp(t, victim)
			h.clock.advance(hydraKeyAge)
			changedKey.refuses(aimAs(t, h, thief), "key_changed")
			h.leave()
			h = w.buildIn(t, dir, "")
			changedKey.refuses(aimAs(t, h, thief), "key_changed")
			t.Run("its own key again", func(t *testing.T) {
				h.register(t, victim.name, did.EncodePublicKey(victim.key.PublicKey()))
				h.clock.advance(hydraKeyAge)
				ok.refuses(aimAs(t, h, victim), "")
				h.register(t, victim.name, did.EncodePublicKey(thief.key.PublicKey()))
				h.clock.advance(hydraKeyAge)
				changedKey.refuses(aimAs(t, h, thief), "key_changed")
			})
			t.Run("where the operator accepts it", func(t *testing.T) { accepted(t, h, dir, thief) })
		})
	}
	t.Run("where DID__REMEMBER_KEYS is false", func(t *testing.T) {
		h := w.build(t, "DID__REMEMBER_KEYS=false")
		victim := h.newNamedCaller(t)
		ok.refuses(aimAs(t, h, victim), "")
		thief := h.usurp(t, victim)
		h.clock.advance(hydraKeyAge)
		ok.refuses(aimAs(t, h, thief), "")
	})
	t.Run("where a DID of its key is required", func(t *testing.T) {
		h := w.build(t, "DID__REMEMBER_KEYS=false DID__REQUIRE_KEY_BOUND=true")
		changedKey.refuses(aimAs(t, h, h.usurp(t, h.newCaller(t))), "did_not_key_bound")
	})
	t.Run("where the key is pinned", func(t *testing.T) {
		victim := w.newNamedCaller(t)
		h := w.build(t, "DID__REMEMBER_KEYS=false DID__PINNED_KEYS="+victim.name.String()+"="+did.EncodePublicKey(victim.key.PublicKey()))
		changedKey.refuses(aimAs(t, h, h.usurp(t, victim)), "key_changed")
	})
	t.Run("nothing is remembered of who is refused", func(t *testing.T) {
		h := w.build(t, "")
		victim := h.newNamedCaller(t)
		thief := h.usurp(t, victim)
		s := aimAs(t, h, thief)
		s.spec.Scopes = []string{"agent:read"} // all proofs hold, and the request is refused
		if got := s.send(); got.status != 403 {
			t.Fatalf("%d %s", got.status, got.body)
		}
		h.register(t, victim.name, did.EncodePublicKey(victim.key.PublicKey()))
		h.clock.advance(hydraKeyAge)
		ok.refuses(aimAs(t, h, victim), "")
	})
}

// hydraKeyAge is longer than a key is kept without asking Hydra again.
const hydraKeyAge = 61 * time.Second

func accepted(t *testing.T, h *house, dir string, c *caller) {
	opened, err := safefile.OpenDir(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	taken, err := keymemory.Submit(opened, keymemory.Request{DID: c.name, Key: c.key.PublicKey()})
	if err != nil {
		t.Fatal(err)
	}
	h.Reload()
	eventually(t, "the decision is taken in", func() bool { done, err := taken(); return done && err == nil })
	h.clock.advance(hydraKeyAge)
	ok.refuses(aimAs(t, h, c), "")
	changedKey.refuses(aimAs(t, h, again(t, h, c)), "key_changed")
}

// again is the next one who replaces the key.
func again(t *testing.T, h *house, c *caller) *caller {
	next := h.usurp(t, c)
	h.clock.advance(hydraKeyAge)
	return next
}

func fullMemory(t *testing.T, w *house) {
	h := w.build(t, "LIMITS__REMEMBERED_KEYS=1")
	first, second := h.newNamedCaller(t), h.newNamedCaller(t)
	ok.refuses(aimAs(t, h, first), "")
	for range 2 {
		want{status: 503, code: -31409, gate: "signature", reach: atKey}.refuses(aimAs(t, h, second), "key_not_remembered")
		h.clock.advance(hydraKeyAge)
	}
	ok.refuses(aimAs(t, h, first), "")
	ok.refuses(aim(t, h), "")
	changedKey.refuses(aimAs(t, h, again(t, h, first)), "key_changed")
	if status, _ := h.readyz(t); status != 200 {
		t.Errorf("/readyz says %d", status)
	}
}
