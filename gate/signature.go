package gate

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth"
)

// signatureHeaders reads what the X-DID headers claim; nothing is proved yet.
func (c *Chain) signatureHeaders(x *exchange) *Denial {
	if c.cfg.TokenOnly && x.tokenDID.IsZero() {
		return nil
	}
	h := x.r.Header
	signer, stamp, signature := only(h, headerDID), only(h, headerTimestamp), only(h, headerSignature)
	if signer == "" || stamp == "" || signature == "" {
		return deny(MissingSignature, nil)
	}
	values, present := h[headerScheme]
	scheme, err := did.ParseScheme(first(values), present)
	if err != nil {
		return deny(SchemeUnknown, nil)
	}
	name, err := did.Parse(signer)
	if err != nil || len(signer) > c.cfg.Limits.DIDBytes {
		d := deny(DIDMalformed, err)
		d.Hint = fmt.Sprintf("Send the caller's DID, at most %d bytes, without path, query or fragment.", c.cfg.Limits.DIDBytes)
		return d
	}
	x.scheme, x.headerDID, x.signature = scheme, name, signature
	x.signed = did.Request{DID: name}
	if scheme == did.SchemeJCS {
		return c.jcsHeaders(x)
	}
	return nil
}

// jcsHeaders fills in what jcs-1 binds beyond body, signer and time.
func (c *Chain) jcsHeaders(x *exchange) *Denial {
	nonce := only(x.r.Header, headerNonce)
	if nonce == "" {
		return deny(MissingSignature, errors.New("no nonce"))
	}
	if err := did.ParseNonce(nonce); err != nil {
		return deny(SignatureBad, err)
	}
	if to := only(x.r.Header, headerAudience); to != "" && to != c.cfg.Self.String() {
		d := deny(WrongRecipient, nil)
		d.Hint = "This agent is " + c.cfg.Self.String() + "."
		return d
	}
	x.signed.Nonce = nonce
	x.signed.Audience = c.cfg.Self
	x.signed.Method = x.r.Method
	x.signed.Target = requestTarget(x.r)
	return nil
}

// requestTarget is path and query exactly as they came: url.URL would encode
// some characters anew. Only the absolute form has to lose its authority.
func requestTarget(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		return r.RequestURI
	}
	return r.URL.RequestURI()
}

// The names of the headers as net/http keys them, made once.
var (
	headerDID       = http.CanonicalHeaderKey(did.HeaderDID)
	headerTimestamp = http.CanonicalHeaderKey(did.HeaderTimestamp)
	headerSignature = http.CanonicalHeaderKey(did.HeaderSignature)
	headerScheme    = http.CanonicalHeaderKey(did.HeaderScheme)
	headerNonce     = http.CanonicalHeaderKey(did.HeaderNonce)
	headerAudience  = http.CanonicalHeaderKey(did.HeaderAudience)
)

// only returns the value of a header that shape saw at most once.
func only(h http.Header, key string) string { return first(h[key]) }

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// timestamp wants a time of signing within the window, inclusive.
func (c *Chain) timestamp(x *exchange) *Denial {
	if x.headerDID.IsZero() {
		return nil
	}
	stamp, err := did.ParseTimestamp(only(x.r.Header, headerTimestamp))
	if err != nil {
		return deny(TimestampBad, nil)
	}
	// Compared in seconds without subtracting: a timestamp may be any int64.
	now, window := x.now.Unix(), int64(c.cfg.Window/time.Second)
	if stamp < now-window || stamp > now+window {
		d := deny(TimestampWindow, nil)
		d.Hint = "This agent's clock says " + x.now.UTC().Format(time.RFC3339) +
			", the request was signed at " + time.Unix(stamp, 0).UTC().Format(time.RFC3339) + "."
		return d
	}
	x.signed.Timestamp = stamp
	return nil
}

var keyErrors = []mapping{
	{oauth.ErrUnavailable, KeyLookup},
	{oauth.ErrInvalidResponse, KeyLookup},
	{did.ErrKeyChanged, KeyChanged},
	{did.ErrWeakKey, KeyWeak},
}

var signatureErrors = []mapping{
	{did.ErrSignatureMismatch, CryptoMismatch},
	{did.ErrWeakKey, KeyWeak},
	{did.ErrPublicKey, KeyUnavailable},
	{did.ErrSignatureMalformed, SignatureBad},
	{did.ErrNonce, SignatureBad},
	{did.ErrBodyNotUTF8, BodyNotUTF8},
	{did.ErrDuplicateKey, JSONDuplicateKey},
	{did.ErrDepth, JSONTooDeep},
	{did.ErrNumber, JSONNumber},
	{did.ErrSyntax, JSONMalformed},
}

// signatureVerdict verifies the signature with the key registered for the name
// on which the proofs agreed, and keeps only the bytes that it covers.
func (c *Chain) signatureVerdict(x *exchange) *Denial {
	if x.headerDID.IsZero() {
		return nil
	}
	key, err := c.cfg.Keys.PublicKey(x.r.Context(), x.caller.DID)
	if err != nil {
		d := lookup(keyErrors, err, KeyUnavailable)
		d.RetryAfter = retryAfterUnavailable
		return d
	}
	bound := x.caller.DID.BoundTo(key)
	if c.cfg.RequireKeyBound && !bound {
		return deny(NotKeyBound, nil)
	}
	body, err := did.Verify(key, x.scheme, x.signed, x.signature)
	if err != nil {
		return lookup(signatureErrors, err, CryptoMismatch)
	}
	x.signed.Body, x.key = body, key
	x.caller.KeyBound, x.caller.Scheme = bound, x.scheme
	return nil
}
