package did

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"

	"filippo.io/edwards25519"
	"github.com/mr-tron/base58"
)

// Lengths of base58 text for 32 bytes: every leading zero byte is one '1',
// the rest is the shortest number.
const (
	minKeyText = 32
	maxKeyText = 44
)

// EncodePublicKey returns pub as base58 text in the Bitcoin alphabet.
func EncodePublicKey(pub ed25519.PublicKey) string { return base58.Encode(pub) }

// DecodePublicKey is the inverse of [EncodePublicKey]. Anything but base58 of
// 32 bytes that encode a curve point is [ErrPublicKey]; a point of small order
// or in a non-canonical encoding (RFC 8032 section 5.1.3) is [ErrWeakKey].
func DecodePublicKey(text string) (ed25519.PublicKey, error) {
	raw, err := DecodeSeenKey(text)
	if err != nil {
		return nil, err
	}
	if _, err := new(edwards25519.Point).SetBytes(raw); err != nil {
		return nil, fmt.Errorf("%w: not a point on the curve", ErrPublicKey)
	}
	return raw, nil
}

// DecodeSeenKey is [DecodePublicKey] without the look whether the bytes encode a point,
// which costs more than all else. It is for a key to compare others with, not to verify
// with: what encodes no point is equal to no key that was decoded in full.
func DecodeSeenKey(text string) (ed25519.PublicKey, error) {
	// The length first: decoding is quadratic.
	if len(text) < minKeyText || len(text) > maxKeyText {
		return nil, fmt.Errorf("%w: %d characters, base58 of 32 bytes has %d to %d", ErrPublicKey, len(text), minKeyText, maxKeyText)
	}
	raw, err := base58.Decode(text)
	if err != nil {
		return nil, fmt.Errorf("%w: not base58", ErrPublicKey)
	}
	return raw, checkPublicKey(raw)
}

// checkPublicKey refuses what crypto/ed25519 would panic on or be fooled by:
// its Verify takes small-order keys, under which one signature fits many
// messages. It costs nanoseconds, so every verification can afford it.
func checkPublicKey(pub ed25519.PublicKey) error {
	if len(pub) != ed25519.PublicKeySize {
		return fmt.Errorf("%w: %d bytes instead of %d", ErrPublicKey, len(pub), ed25519.PublicKeySize)
	}
	y := [ed25519.PublicKeySize]byte(pub)
	y[31] &= 0x7f // the top bit is the sign of x
	if !reduced(y) {
		return fmt.Errorf("%w: not the canonical encoding", ErrWeakKey)
	}
	if hasSmallOrder(y) {
		return fmt.Errorf("%w: small order", ErrWeakKey)
	}
	return nil
}

// reduced reports whether y < p = 2^255 - 19, little endian.
func reduced(y [ed25519.PublicKeySize]byte) bool {
	for _, b := range y[1:31] {
		if b != 0xff {
			return true
		}
	}
	return y[31] != 0x7f || y[0] < 0xed
}

// hasSmallOrder reports whether y belongs to one of the eight points whose
// order divides the cofactor 8. Between them they have five values of y, each
// refused with either sign. A test computes the five from the curve.
func hasSmallOrder(y [ed25519.PublicKeySize]byte) bool {
	var text [2 * ed25519.PublicKeySize]byte
	hex.Encode(text[:], y[:])
	switch string(text[:]) {
	case "0100000000000000000000000000000000000000000000000000000000000000", // order 1
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // order 2
		"0000000000000000000000000000000000000000000000000000000000000000", // order 4
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", // order 8
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a": // order 8
		return true
	}
	return false
}
