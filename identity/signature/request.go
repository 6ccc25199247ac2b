package signature

import (
	"crypto/ed25519"
	"fmt"
	"sync"

	"github.com/getbindu/bindu-go/identity/did"
)

// Request is what a signature covers.
type Request struct {
	// DID names the signer.
	DID did.DID
	// Timestamp is the time of signing in unix seconds.
	Timestamp int64
	// Body is the request body, as it is sent or as it came in.
	Body []byte

	// Audience is the recipient. It and the fields below are covered where the
	// scheme binds ([Scheme.Binds]); [Reference] ignores them.
	Audience did.DID
	// Method is the HTTP method, in upper case as on the wire.
	Method string
	// Target is the path and query of the request line (RFC 9112 section
	// 3.2.1), byte for byte: no scheme, no host, no decoding.
	Target string
	// Nonce is unique per request; see [NewNonce].
	Nonce string
	// ContentType is the header of that name byte for byte, "" where there is
	// none. It is covered where [Scheme.CoversContentType] says so.
	ContentType string
}

// Payload returns the bytes that a signature of this scheme covers.
// docs/wire-format.md gives them byte by byte. Errors: [ErrScheme],
// [ErrRequest], [ErrTimestamp], [ErrNonce], did.ErrBodyNotUTF8 and, for
// [JCS1], did.ErrBodyNotCanonical in its kinds.
func (s Scheme) Payload(r Request) ([]byte, error) {
	known, err := s.find()
	if err != nil {
		return nil, err
	}
	payload, _, err := known.prepare(nil, r)
	return payload, err
}

// prepare returns the payload, which may stand in the buffer, and the body that it covers.
func (s *scheme) prepare(buffer []byte, r Request) (payload, covered []byte, err error) {
	if r.DID.IsZero() {
		return nil, nil, fmt.Errorf("%w: no DID of the signer", ErrRequest)
	}
	if s.binds {
		if err := s.checkBound(r); err != nil {
			return nil, nil, err
		}
	}
	return s.payload(buffer, r)
}

// Sign returns the signature of r as base58 text. Errors are those of
// [Scheme.Payload].
func Sign(k *did.KeyPair, s Scheme, r Request) (string, error) {
	known, err := s.find()
	if err != nil {
		return "", err
	}
	payload, _, err := known.prepare(nil, r)
	if err != nil {
		return "", err
	}
	return known.sign(k, payload)
}

// Verify checks a signature made by [Sign] and returns the body that it
// covers, which is what may run: the exact bytes for [Reference] and [Octets1],
// the canonical JSON for [JCS1] (an empty body stays empty). Errors are those
// of [Scheme.Payload], and did.ErrSignatureMalformed, did.ErrSignatureMismatch,
// did.ErrPublicKey and did.ErrWeakKey.
func Verify(pub ed25519.PublicKey, s Scheme, r Request, signature string) ([]byte, error) {
	return s.verify(ed25519.Verify, pub, r, signature)
}

// Verifier has the verdicts of crypto/ed25519.Verify, each of them. It keeps none of its
// arguments.
type Verifier func(pub ed25519.PublicKey, message, sig []byte) bool

func (s Scheme) verify(verify Verifier, pub ed25519.PublicKey, r Request, signature string) ([]byte, error) {
	sig, err := did.OpenSignature(pub, signature)
	if err != nil {
		return nil, err
	}
	known, err := s.find()
	if err != nil {
		return nil, err
	}
	buffer := buffers.Get().(*[]byte)
	payload, covered, err := known.prepare((*buffer)[:0], r)
	verified := err == nil && verify(pub, payload, sig)
	if known.bodyInside {
		buffers.Put(buffer)
	} else {
		keep(buffer, payload)
	}
	switch {
	case err != nil:
		return nil, err
	case !verified:
		return nil, did.ErrSignatureMismatch
	}
	return covered, nil
}

// buffers are for payloads, which are needed only until the signature is verified.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// keep lends a buffer again, as a payload has made it, unless that is large.
func keep(buffer *[]byte, payload []byte) {
	const largest = 16 << 10
	if payload != nil && cap(payload) <= largest {
		*buffer = payload
	}
	buffers.Put(buffer)
}

// room returns dst with room for n bytes more, and no more than that where it has to be
// made.
func room(dst []byte, n int) []byte {
	if cap(dst)-len(dst) >= n {
		return dst
	}
	return append(make([]byte, 0, len(dst)+n), dst...)
}
