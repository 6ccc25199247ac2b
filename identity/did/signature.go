package did

import (
	"crypto/ed25519"
	"fmt"

	"github.com/mr-tron/base58"
)

// Lengths of base58 text for 64 bytes.
const (
	minSignatureText = 64
	maxSignatureText = 88
)

func encodeSignature(sig []byte) string { return base58.Encode(sig) }

// decodeSignature accepts exactly the text that encodeSignature makes: base58
// is one to one between texts and byte strings, leading '1's included.
func decodeSignature(text string) ([]byte, error) {
	// The length first: decoding is quadratic.
	if len(text) < minSignatureText || len(text) > maxSignatureText {
		return nil, fmt.Errorf("%w: %d characters, base58 of 64 bytes has %d to %d", ErrSignatureMalformed, len(text), minSignatureText, maxSignatureText)
	}
	sig, err := base58.Decode(text)
	if err != nil {
		return nil, fmt.Errorf("%w: not base58", ErrSignatureMalformed)
	}
	if len(sig) != ed25519.SignatureSize {
		return nil, fmt.Errorf("%w: %d bytes instead of %d", ErrSignatureMalformed, len(sig), ed25519.SignatureSize)
	}
	return sig, nil
}

// DecodeSignature returns the 64 bytes of the text of a signature, of which there is one
// text. Anything else is [ErrSignatureMalformed].
func DecodeSignature(text string) ([]byte, error) { return decodeSignature(text) }

// OpenSignature checks key and signature text and returns the 64 bytes, so that
// only ed25519.Verify is left to do, which then cannot panic. Errors:
// [ErrPublicKey], [ErrWeakKey] and [ErrSignatureMalformed].
func OpenSignature(pub ed25519.PublicKey, text string) ([]byte, error) {
	if err := checkPublicKey(pub); err != nil {
		return nil, err
	}
	return decodeSignature(text)
}
