package did

import (
	"crypto/ed25519"
	"fmt"
)

// Request is what a signature covers.
type Request struct {
	// DID names the signer.
	DID DID
	// Timestamp is the time of signing in unix seconds.
	Timestamp int64
	// Body is the request body, as it is sent or as it came in.
	Body []byte

	// Audience is the recipient. It and the fields below are bound by
	// [SchemeJCS] only; [SchemeReference] ignores them.
	Audience DID
	// Method is the HTTP method, in upper case as on the wire.
	Method string
	// Target is the path and query of the request line (RFC 9112 section
	// 3.2.1), byte for byte: no scheme, no host, no decoding.
	Target string
	// Nonce is unique per request; see [NewNonce].
	Nonce string
}

// Payload returns the bytes that a signature of this scheme covers.
// docs/wire-format.md gives them byte by byte. Errors: [ErrScheme],
// [ErrRequest], [ErrTimestamp], [ErrNonce], [ErrBodyNotUTF8] and, for
// [SchemeJCS], [ErrBodyNotCanonical] in its kinds.
func (s Scheme) Payload(r Request) ([]byte, error) {
	payload, _, err := s.prepare(r)
	return payload, err
}

// format returns what the key signs under this scheme.
func (s Scheme) format() *format {
	if s == SchemeJCS {
		return formatJCS
	}
	return formatReference
}

// prepare returns the payload and the body that it covers.
func (s Scheme) prepare(r Request) (payload, body []byte, err error) {
	if r.DID.IsZero() {
		return nil, nil, fmt.Errorf("%w: no DID of the signer", ErrRequest)
	}
	switch s {
	case SchemeReference:
		payload, err = referencePayload(r)
		return payload, r.Body, err
	case SchemeJCS:
		return jcsPayload(r)
	}
	return nil, nil, fmt.Errorf("%w: %q", ErrScheme, string(s))
}

// Sign returns the signature of r as base58 text. Errors are those of
// [Scheme.Payload].
func Sign(k *KeyPair, s Scheme, r Request) (string, error) {
	payload, err := s.Payload(r)
	if err != nil {
		return "", err
	}
	return k.sign(s.format(), payload)
}

// Verify checks a signature made by [Sign] and returns the body that it
// covers, which is what may run: the exact bytes for [SchemeReference], the
// canonical JSON for [SchemeJCS] (an empty body stays empty). Errors are those
// of [Scheme.Payload], [ErrSignatureMalformed], [ErrSignatureMismatch],
// [ErrPublicKey] and [ErrWeakKey].
func Verify(pub ed25519.PublicKey, s Scheme, r Request, signature string) ([]byte, error) {
	sig, err := openSignature(pub, signature)
	if err != nil {
		return nil, err
	}
	payload, body, err := s.prepare(r)
	if err != nil {
		return nil, err
	}
	if !ed25519.Verify(pub, payload, sig) {
		return nil, ErrSignatureMismatch
	}
	return body, nil
}
