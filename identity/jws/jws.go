package jws

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
)

// MaxSignatures is how many signatures on one payload are looked at.
const MaxSignatures = 16

// maxProtected bounds the protected header, in characters of base64url.
const maxProtected = 4 << 10

// ErrNotVerified: no signature is one by the key that was expected. The text says what
// is wrong with the first that could have been.
var ErrNotVerified = errors.New("no signature verifies")

// Signature is one signature in the flattened JSON serialization (RFC 7515 section
// 7.2.2) without its payload; AgentCardSignature in A2A.
type Signature struct {
	// Protected is the header that the signature covers, Signature the signature,
	// both in base64url.
	Protected string `json:"protected"`
	Signature string `json:"signature"`
	// Header is what is not covered. Nothing in it counts, but what may not be in it.
	Header jsontext.Value `json:"header,omitempty"`
}

// algorithm is the one that is spoken (RFC 8037).
const algorithm = "EdDSA"

// header is a protected header as it is written, in the order of RFC 8785.
type header struct {
	Alg  string `json:"alg"`
	Form string `json:"form,omitempty"`
	KID  string `json:"kid"`
	Typ  string `json:"typ"`
}

// Sign signs payload by key, whose id is kid.
func Sign(key *did.AssertionKey, kid string, payload []byte) (Signature, error) {
	return SignForm(key, kid, "", payload)
}

// SignForm is Sign of what others take for the payload. Its header names that form, so
// that [Verify] takes no such signature.
func SignForm(key *did.AssertionKey, kid, form string, payload []byte) (Signature, error) {
	protected, err := json.Marshal(header{algorithm, form, kid, "JOSE"})
	if err != nil {
		return Signature{}, fmt.Errorf("encoding a header of JWS: %w", err)
	}
	encoded := base64.RawURLEncoding.EncodeToString(protected)
	sig, err := key.SignJWS(input(encoded, payload))
	if err != nil {
		return Signature{}, err
	}
	return Signature{Protected: encoded, Signature: base64.RawURLEncoding.EncodeToString(sig)}, nil
}

// Verify succeeds where one of the signatures is by key, whose id is kid, over
// payload. Signatures of other keys may stand beside it, say of one that replaces it.
// Any other outcome is [ErrNotVerified].
func Verify(all []Signature, kid string, key ed25519.PublicKey, payload []byte) error {
	if len(all) > MaxSignatures {
		return fmt.Errorf("%w: there are more than %d", ErrNotVerified, MaxSignatures)
	}
	why := errNoneNamed
	for _, s := range all {
		err := s.verify(kid, key, payload)
		if err == nil {
			return nil
		}
		if why == errNoneNamed && !errors.Is(err, errKID) {
			why = err
		}
	}
	return fmt.Errorf("%w: %w", ErrNotVerified, why)
}

// input is the signing input (RFC 7515 section 5.1).
func input(protected string, payload []byte) []byte {
	out := make([]byte, 0, len(protected)+1+base64.RawURLEncoding.EncodedLen(len(payload)))
	out = append(append(out, protected...), '.')
	return base64.RawURLEncoding.AppendEncode(out, payload)
}
