package did

import (
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
)

// Names of the request headers that carry a signature.
const (
	// HeaderDID names the signer.
	HeaderDID = "X-DID"
	// HeaderTimestamp is the time of signing, unix seconds in decimal.
	HeaderTimestamp = "X-DID-Timestamp"
	// HeaderSignature is base58 of the 64 signature bytes.
	HeaderSignature = "X-DID-Signature"
	// HeaderScheme is absent for [SchemeReference].
	HeaderScheme = "X-DID-Scheme"
	// HeaderNonce is present in [SchemeJCS] only.
	HeaderNonce = "X-DID-Nonce"
	// HeaderAudience optionally repeats the recipient that a [SchemeJCS]
	// signature was made for. It proves nothing; it lets a verifier tell a
	// request meant for somebody else from one changed on the way.
	HeaderAudience = "X-DID-Audience"
)

// Scheme is a way of turning a request into the bytes that are signed.
type Scheme string

const (
	// SchemeReference is the Python reference's: exact body bytes as a string
	// inside Python-style JSON.
	SchemeReference Scheme = "reference"
	// SchemeJCS is RFC 8785 canonical JSON that also binds recipient, method,
	// target and nonce.
	SchemeJCS Scheme = "jcs-1"
)

// ParseScheme reads the scheme header. An absent header means
// [SchemeReference]; a present one must name a scheme exactly, else
// [ErrScheme].
func ParseScheme(header string, present bool) (Scheme, error) {
	if !present {
		return SchemeReference, nil
	}
	switch s := Scheme(header); s {
	case SchemeReference, SchemeJCS:
		return s, nil
	}
	return "", fmt.Errorf("%w: %s must be %q, or absent", ErrScheme, HeaderScheme, SchemeJCS)
}

// ParseTimestamp reads unix seconds from canonical decimal text: ASCII digits
// only, no sign, space, exponent or leading zero, at most 2^63-1. Anything
// else is [ErrTimestamp].
func ParseTimestamp(s string) (int64, error) {
	const maxDigits = 19
	if s == "" || len(s) > maxDigits || s[0] == '0' && len(s) > 1 {
		return 0, errTimestamp()
	}
	for i := range len(s) {
		if !isDigit(s[i]) {
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

// NewNonce returns 16 bytes of random as 22 characters of base64url.
func NewNonce(random io.Reader) (string, error) {
	var b [nonceBytes]byte
	if _, err := io.ReadFull(orSystem(random), b[:]); err != nil {
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
		if c := s[i]; !isIDChar(c) || c == '.' {
			return fmt.Errorf("%w: %s must be base64url without padding", ErrNonce, HeaderNonce)
		}
	}
	return nil
}
