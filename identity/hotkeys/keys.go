package hotkeys

import (
	"crypto/ed25519"
	"crypto/fips140"
	"sync/atomic"

	"github.com/maypok86/otter/v2"
)

const (
	// Bytes is about what a hot key takes.
	Bytes = 98 << 10
	// usesBefore is how many signatures of a key have to verify before it gets a table,
	// which costs as much as about nine of them.
	usesBefore = 32
	// counted is how many keys are counted for each that has a table.
	counted = 16
)

type encodedKey = [ed25519.PublicKeySize]byte

// Keys are the keys in use. Its methods may be called concurrently. A nil one has none.
type Keys struct {
	hot    *otter.Cache[encodedKey, *hotKey]
	counts *otter.Cache[encodedKey, *atomic.Int64]
}

// New returns keys of which at most so many have a table at once, of [Bytes] each. With
// none, and in FIPS 140-3 mode, whose module this arithmetic is not part of, every
// signature is verified by crypto/ed25519.
func New(atMost int) *Keys {
	if atMost <= 0 || fips140.Enabled() {
		return nil
	}
	at := func(run func()) { run() } // no goroutines
	return &Keys{
		hot:    otter.Must(&otter.Options[encodedKey, *hotKey]{MaximumSize: atMost, Executor: at}),
		counts: otter.Must(&otter.Options[encodedKey, *atomic.Int64]{MaximumSize: counted * atMost, Executor: at}),
	}
}

// Verify reports whether sig is a signature of message by pub, as crypto/ed25519.Verify
// does. It panics where that does: if pub has not 32 bytes.
func (k *Keys) Verify(pub ed25519.PublicKey, message, sig []byte) bool {
	if k == nil || len(pub) != ed25519.PublicKeySize {
		return ed25519.Verify(pub, message, sig)
	}
	key := encodedKey(pub)
	if h, ok := k.hot.GetIfPresent(key); ok {
		return h.verify(message, sig)
	}
	if !ed25519.Verify(pub, message, sig) {
		return false
	}
	k.used(key)
	return true
}

// used counts a signature that was verified. Others count nothing, so that nobody has a
// table made of a key that he has not.
func (k *Keys) used(key encodedKey) {
	count, ok := k.counts.GetIfPresent(key)
	if !ok {
		count, _ = k.counts.SetIfAbsent(key, new(atomic.Int64))
	}
	if count.Add(1) != usesBefore {
		return
	}
	k.counts.Invalidate(key) // it is counted anew when its table is gone
	if h, ok := newHotKey(key); ok {
		k.hot.Set(key, h)
	}
}
