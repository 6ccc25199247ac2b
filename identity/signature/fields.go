package signature

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// Names of the headers that carry a signature. An answer has the first four.
const (
	// HeaderDID names the signer.
	HeaderDID = "X-DID"
	// HeaderTimestamp is the time of signing, unix seconds in decimal.
	HeaderTimestamp = "X-DID-Timestamp"
	// HeaderSignature is base58 of the 64 signature bytes.
	HeaderSignature = "X-DID-Signature"
	// HeaderScheme is absent for [Reference].
	HeaderScheme = "X-DID-Scheme"
	// HeaderNonce is present where the scheme binds ([Scheme.Binds]).
	HeaderNonce = "X-DID-Nonce"
	// HeaderAudience optionally repeats the recipient that a signature was made
	// for. It proves nothing; it lets a verifier tell a request meant for
	// somebody else from one changed on the way.
	HeaderAudience = "X-DID-Audience"
	// HeaderSignResponse asks for an answer that is signed; see [Demand].
	HeaderSignResponse = "X-DID-Sign-Response"
)

// HeaderNames returns the names of all headers that carry a signature, or ask for one.
func HeaderNames() []string {
	return []string{HeaderDID, HeaderTimestamp, HeaderSignature, HeaderScheme, HeaderNonce, HeaderAudience, HeaderSignResponse}
}

// NonceOf returns the nonce with which a request was signed, by which answers to it can be
// told from those to another; empty where its scheme has none.
func NonceOf(h http.Header) string { return h.Get(HeaderNonce) }

// The names as net/http keys them, made once.
var (
	keyDID       = http.CanonicalHeaderKey(HeaderDID)
	keyTimestamp = http.CanonicalHeaderKey(HeaderTimestamp)
	keySignature = http.CanonicalHeaderKey(HeaderSignature)
	keyScheme    = http.CanonicalHeaderKey(HeaderScheme)
	keyNonce     = http.CanonicalHeaderKey(HeaderNonce)
	keyAudience  = http.CanonicalHeaderKey(HeaderAudience)

	keySignResponse = http.CanonicalHeaderKey(HeaderSignResponse)
)

// ParseTimestamp reads unix seconds from canonical decimal text: ASCII digits
// only, no sign, space, exponent or leading zero, at most 2^63-1. Anything
// else is [ErrTimestamp].
func ParseTimestamp(s string) (int64, error) {
	const maxDigits = 19
	if s == "" || len(s) > maxDigits || s[0] == '0' && len(s) > 1 {
		return 0, errTimestamp()
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, errTimestamp()
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, errTimestamp()
	}
	return n, nil
}

func errTimestamp() error {
	return fmt.Errorf("%w: %s must be unix seconds in plain decimal", ErrTimestamp, HeaderTimestamp)
}

// Lengths of a nonce in characters: 16 bytes at least, 48 at most.
const (
	minNonce   = 22
	maxNonce   = 64
	nonceBytes = 16
)

// NewNonce returns 16 bytes of random as 22 characters of base64url; nil means
// crypto/rand.
func NewNonce(random io.Reader) (string, error) {
	if random == nil {
		random = rand.Reader
	}
	var b [nonceBytes]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("reading random bytes for a nonce: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// ParseNonce checks that s is 22 to 64 characters of base64url (RFC 4648
// section 5, without padding). A nonce is opaque: it is compared and signed as
// text, never decoded. Anything else is [ErrNonce].
func ParseNonce(s string) error {
	if len(s) < minNonce || len(s) > maxNonce {
		return fmt.Errorf("%w: %s must have %d to %d characters", ErrNonce, HeaderNonce, minNonce, maxNonce)
	}
	for i := range len(s) {
		if !isBase64URL(s[i]) {
			return fmt.Errorf("%w: %s must be base64url without padding", ErrNonce, HeaderNonce)
		}
	}
	return nil
}

func isBase64URL(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}
