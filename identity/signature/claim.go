package signature

import (
	"crypto/ed25519"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/getbindu/bindu-go/identity/did"
)

// Recipient is what a recipient knows of a request without its signature.
type Recipient struct {
	// DID is the recipient's own.
	DID did.DID
	// Method, Target and ContentType are as in [Request].
	Method, Target, ContentType string
}

// Claim is what the headers of a request say; nothing of it is proved before
// [Claim.Verify].
type Claim struct {
	// Signer is who says to have signed.
	Signer did.DID
	// Scheme is the scheme of the signature.
	Scheme Scheme

	request              Request
	timestamp, signature string
}

// Read reads the claim of headers, of which each is there at most once. Errors:
// [ErrMissing], [ErrScheme], did.ErrMalformed for the signer, [ErrNonce] and
// [ErrRecipient]. It costs no more than the headers are long.
func Read(h http.Header, to Recipient) (*Claim, error) { return read(h, to, ParseScheme) }

func read(h http.Header, to Recipient, parse func(header string, present bool) (Scheme, error)) (*Claim, error) {
	c := &Claim{timestamp: first(h[keyTimestamp]), signature: first(h[keySignature])}
	signer := first(h[keyDID])
	if signer == "" || c.timestamp == "" || c.signature == "" {
		return nil, ErrMissing
	}
	values, present := h[keyScheme]
	var err error
	if c.Scheme, err = parse(first(values), present); err != nil {
		return nil, err
	}
	if c.Signer, err = did.Parse(signer); err != nil {
		return nil, err
	}
	c.request.DID = c.Signer
	if !c.Scheme.Binds() {
		return c, nil
	}
	if err := c.bind(h, to); err != nil {
		return nil, err
	}
	return c, nil
}

// bind fills in what is covered beyond body, signer and time.
func (c *Claim) bind(h http.Header, to Recipient) error {
	nonce := first(h[keyNonce])
	if nonce == "" {
		return fmt.Errorf("%w: %s needs the header %s", ErrMissing, c.Scheme, HeaderNonce)
	}
	if err := ParseNonce(nonce); err != nil {
		return err
	}
	if audience := first(h[keyAudience]); audience != "" && audience != to.DID.String() {
		return ErrRecipient
	}
	c.request.Nonce, c.request.Audience = nonce, to.DID
	c.request.Method, c.request.Target, c.request.ContentType = to.Method, to.Target, to.ContentType
	return nil
}

// Timestamp returns the time of signing in unix seconds, or [ErrTimestamp].
func (c *Claim) Timestamp() (int64, error) { return ParseTimestamp(c.timestamp) }

// ReplayKey is what makes the request one of its kind: the nonce, or the
// signature itself. A signature is longer than the longest nonce, so that they
// cannot be confused.
func (c *Claim) ReplayKey() string {
	if c.Scheme.Binds() {
		return c.request.Nonce
	}
	return c.signature
}

// Verify checks the signature over body and returns the bytes that it covers,
// as [Verify] does.
func (c *Claim) Verify(pub ed25519.PublicKey, body []byte) (covered []byte, err error) {
	return c.VerifyWith(ed25519.Verify, pub, body)
}

// VerifyWith is [Claim.Verify] with somebody else's arithmetic.
func (c *Claim) VerifyWith(verify Verifier, pub ed25519.PublicKey, body []byte) (covered []byte, err error) {
	r := c.request
	if r.Timestamp, err = c.Timestamp(); err != nil {
		return nil, err
	}
	r.Body = body
	return c.Scheme.verify(verify, pub, r, c.signature)
}

// Header returns the headers of the claim as [SignHeader] makes them: whatever else stands
// beside them is not proved.
func (c *Claim) Header() http.Header {
	r := c.request
	return header(c.Scheme, r.DID.String(), c.timestamp, c.signature, r.Nonce, r.Audience.String())
}

func header(s Scheme, signer, timestamp, signature, nonce, audience string) http.Header {
	h := http.Header{keyDID: {signer}, keyTimestamp: {timestamp}, keySignature: {signature}}
	if s != Reference {
		h[keyScheme] = []string{string(s)}
	}
	if s.Binds() {
		h[keyNonce], h[keyAudience] = []string{nonce}, []string{audience}
	}
	return h
}

// ProofOf returns the headers of a request that prove it; of an answer see [AnswerProof].
func ProofOf(h http.Header) http.Header {
	return picked(h, keyDID, keyTimestamp, keySignature, keyScheme, keyNonce, keyAudience)
}

// SignHeader returns the headers that prove who sends r. A scheme that needs a
// nonce gets r's, or one made of random (nil means crypto/rand). Errors are
// those of [Sign].
func SignHeader(k *did.KeyPair, s Scheme, r Request, random io.Reader) (http.Header, error) {
	if s.Binds() && r.Nonce == "" {
		nonce, err := NewNonce(random)
		if err != nil {
			return nil, err
		}
		r.Nonce = nonce
	}
	signature, err := Sign(k, s, r)
	if err != nil {
		return nil, err
	}
	return header(s, r.DID.String(), strconv.FormatInt(r.Timestamp, 10), signature, r.Nonce, r.Audience.String()), nil
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}
