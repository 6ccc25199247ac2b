package gate

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/oauth"
)

// signatureHeaders reads what the X-DID headers claim; nothing is proved yet.
func (c *Chain) signatureHeaders(x *exchange) *Denial {
	if c.cfg.TokenOnly && x.tokenDID.IsZero() {
		return nil
	}
	claim, err := signature.Read(x.r.Header, signature.Recipient{
		DID: c.cfg.Self, Method: x.r.Method, Target: requestTarget(x.r), ContentType: only(x.r.Header, "Content-Type"),
	})
	if err == nil && len(claim.Signer.String()) > c.cfg.Limits.DIDBytes {
		err = did.ErrMalformed
	}
	if err != nil {
		return c.claimDenial(err)
	}
	if !claim.Scheme.CoversContentType() && !x.route.Unbound {
		return deny(SchemeUnbound, nil)
	}
	x.claim, x.headerDID = claim, claim.Signer
	return nil
}

var claimErrors = []mapping{
	{signature.ErrMissing, MissingSignature},
	{signature.ErrScheme, SchemeUnknown},
	{did.ErrMalformed, DIDMalformed},
	{signature.ErrNonce, SignatureBad},
	{signature.ErrRecipient, WrongRecipient},
}

// claimDenial says what is wrong with the headers of a signature.
func (c *Chain) claimDenial(err error) *Denial {
	d := lookup(claimErrors, err, SignatureBad)
	switch d.Reason {
	case DIDMalformed:
		d.Hint = fmt.Sprintf("Send the caller's DID, at most %d bytes, without path, query or fragment.", c.cfg.Limits.DIDBytes)
	case WrongRecipient:
		d.Hint = "This agent is " + c.cfg.Self.String() + "."
	}
	return d
}

// requestTarget is path and query exactly as they came: url.URL would encode
// some characters anew. Only the absolute form has to lose its authority.
func requestTarget(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		return r.RequestURI
	}
	return r.URL.RequestURI()
}

// only returns the value of a header that shape saw at most once.
func only(h http.Header, key string) string {
	if values := h[key]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// timestamp wants a time of signing within the window, inclusive.
func (c *Chain) timestamp(x *exchange) *Denial {
	if x.claim == nil {
		return nil
	}
	stamp, err := x.claim.Timestamp()
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
	x.signedAt = stamp
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
	{signature.ErrRequest, SignatureBad},
	{did.ErrBodyNotUTF8, BodyNotUTF8},
	{did.ErrDuplicateKey, JSONDuplicateKey},
	{did.ErrDepth, JSONTooDeep},
	{did.ErrNumber, JSONNumber},
	{did.ErrSyntax, JSONMalformed},
}

// signatureVerdict verifies the signature with the key registered for the name
// on which the proofs agreed, and keeps only the bytes that it covers.
func (c *Chain) signatureVerdict(x *exchange) *Denial {
	if x.claim == nil {
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
	body, err := x.claim.VerifyWith(c.cfg.VerifySignature, key, x.body)
	if err != nil {
		d := lookup(signatureErrors, err, CryptoMismatch)
		if errors.Is(err, signature.ErrRequest) {
			d.Hint = "Path and Content-Type must be such as a signature can bind: visible ASCII, the latter at most 256 characters."
		}
		return d
	}
	x.body, x.key = body, key
	x.caller.KeyBound, x.caller.Scheme = bound, x.claim.Scheme
	return nil
}
