package did

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"slices"
)

// KeyPair is an Ed25519 key pair. It never prints its private half, and signs
// nothing but requests, texts ([SignText]) and what is marked as ours
// ([KeyPair.SignTagged]), each told from the others by its bytes: no bytes of a
// stranger's choice. It is safe for concurrent use.
type KeyPair struct {
	// A function, because fmt prints nothing of it but its address, whatever
	// the verb and however deep inside other values it is.
	private func() ed25519.PrivateKey
}

func newKeyPair(private ed25519.PrivateKey) *KeyPair {
	return &KeyPair{func() ed25519.PrivateKey { return private }}
}

// GenerateKeyPair makes a key pair from 32 bytes of random; nil means crypto/rand.
func GenerateKeyPair(random io.Reader) (*KeyPair, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(orSystem(random), seed); err != nil {
		return nil, fmt.Errorf("reading random bytes for a new key: %w", err)
	}
	return KeyPairFromSeed(seed)
}

// KeyPairFromSeed makes the key pair of a 32-byte seed (RFC 8032 section 5.1.5).
func KeyPairFromSeed(seed []byte) (*KeyPair, error) {
	if len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("%w: a seed has %d bytes, not %d", ErrKeyCorrupt, ed25519.SeedSize, len(seed))
	}
	return newKeyPair(ed25519.NewKeyFromSeed(seed)), nil
}

// PublicKey returns a copy of the public half.
func (k *KeyPair) PublicKey() ed25519.PublicKey {
	return slices.Clone(ed25519.PublicKey(k.private()[ed25519.SeedSize:]))
}

// Format writes the public key whatever the verb, so that no way of printing
// a KeyPair shows the private one.
func (k *KeyPair) Format(s fmt.State, _ rune) { io.WriteString(s, k.redacted()) }

// LogValue keeps the private key out of logs.
func (k *KeyPair) LogValue() slog.Value { return slog.StringValue(k.redacted()) }

func (k *KeyPair) redacted() string {
	if k == nil || k.private == nil {
		return "KeyPair(none)"
	}
	return "KeyPair(" + EncodePublicKey(k.PublicKey()) + ")"
}

func orSystem(random io.Reader) io.Reader {
	if random == nil {
		return rand.Reader
	}
	return random
}
