package hotkeys

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha512"
	"sync"

	"filippo.io/edwards25519"
)

const (
	// baseWidth is that of the table of the base point, of which there is one.
	baseWidth = 8
	// keyWidth is that of the table of a key: 51 positions of 16 multiples.
	keyWidth = 5
)

// base is the table of B, made when the first key is hot.
var base = sync.OnceValue(func() *table { return newTable(edwards25519.NewGeneratorPoint(), baseWidth) })

// hotKey is a public key with its table.
type hotKey struct {
	encoded  [ed25519.PublicKeySize]byte
	multiple *table // of -A
}

// newHotKey returns false for what is no point, which crypto/ed25519 takes no signature of.
func newHotKey(encoded [ed25519.PublicKeySize]byte) (*hotKey, bool) {
	a, err := new(edwards25519.Point).SetBytes(encoded[:])
	if err != nil {
		return nil, false
	}
	base()
	return &hotKey{encoded, newTable(a.Negate(a), keyWidth)}, true
}

// verify is crypto/ed25519.Verify for this key; see the package.
func (h *hotKey) verify(message, sig []byte) bool {
	if len(sig) != ed25519.SignatureSize {
		return false
	}
	if _, err := new(edwards25519.Scalar).SetCanonicalBytes(sig[32:]); err != nil {
		return false // S is not below L
	}
	hash := sha512.New()
	hash.Write(sig[:32])
	hash.Write(h.encoded[:])
	hash.Write(message)
	var digest [sha512.Size]byte
	k, err := new(edwards25519.Scalar).SetUniformBytes(hash.Sum(digest[:0]))
	if err != nil {
		return false // a digest has the 64 bytes that it wants
	}
	s := newSum()
	s.addMultiple(base(), sig[32:])
	s.addMultiple(h.multiple, k.Bytes())
	var r [32]byte
	return s.encode(&r) && bytes.Equal(sig[:32], r[:])
}
