package gate

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth"
)

var tokenErrors = []mapping{
	{oauth.ErrBusy, RateLimited},
	{oauth.ErrUnavailable, TokenUnavailable},
	{oauth.ErrInvalidResponse, TokenInvalidReply},
	{oauth.ErrExpired, TokenExpired},
	{oauth.ErrNotYetValid, TokenNotYetValid},
	{oauth.ErrAudience, TokenAudience},
	{oauth.ErrIssuer, TokenIssuer},
	{oauth.ErrTokenUse, TokenUse},
	{oauth.ErrUnknownKey, TokenKID},
	{oauth.ErrAlgorithm, TokenAlgorithm},
	{oauth.ErrSignature, TokenSignature},
	{oauth.ErrMissingClaim, TokenClaim},
	{oauth.ErrMalformed, TokenMalformed},
	{oauth.ErrInactive, TokenInactive},
}

var errUnnamed = errors.New("the token of a caller without a DID names no issuer or no client")

// Words for what passes only because a setting allows it.
const (
	tokenAbsent       Reason = "token_absent"
	tokenIgnored      Reason = "token_ignored"
	uncertifiedCaller Reason = "uncertified_caller"
)

// TokenReason returns the word with which a token is refused for an error of
// its [TokenVerifier].
func TokenReason(err error) Reason { return lookup(tokenErrors, err, TokenUnavailable).Reason }

// tokenSyntax takes the bearer token out of its header (RFC 6750 section 2.1).
// A token in the query or the body is never looked at.
func (c *Chain) tokenSyntax(x *exchange) *Denial {
	values := x.r.Header["Authorization"]
	if len(values) == 0 {
		if c.cfg.TokenMode == TokenStrict {
			return deny(AuthMissing, nil)
		}
		return nil
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return deny(AuthMalformed, errors.New("not of the scheme Bearer"))
	}
	if limit := c.cfg.Limits.TokenBytes; len(token) > limit {
		return &Denial{
			Reason: AuthMalformed,
			Hint:   fmt.Sprintf("The token is too long: it has %d bytes, this agent takes at most %d.", len(token), limit),
			Cause:  fmt.Errorf("the token has %d bytes, at most %d are taken", len(token), limit),
		}
	}
	if !isB64Token(token) {
		return deny(AuthMalformed, nil)
	}
	x.token = token
	return nil
}

// b64Chars are letters, digits and -._~+/. A table, for hundreds of characters are looked
// at for each request.
var b64Chars = func() (set [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/") {
		set[c] = true
	}
	return set
}()

// isB64Token checks the b64token syntax of RFC 6750 section 2.1.
func isB64Token(s string) bool {
	body := strings.TrimRight(s, "=")
	for i := range len(body) {
		if !b64Chars[body[i]] {
			return false
		}
	}
	return body != ""
}

// retryAfterUnavailable is what a peer is asked to wait when an authority is down.
const retryAfterUnavailable = 2 * time.Second

// tokenVerdict asks the verifier, and takes the caller's name from the claims.
func (c *Chain) tokenVerdict(x *exchange) *Denial {
	if x.token == "" {
		x.tokenless = true
		x.caller.Claims.Scopes = c.cfg.Tokenless
		return nil
	}
	if c.cfg.Tokens == nil {
		return deny(TokenUnavailable, errors.New("no token authority is configured"))
	}
	claims, err := c.cfg.Tokens.Verify(x.r.Context(), x.token)
	if err == nil && !claims.ExpiresAt.IsZero() && !x.now.Before(claims.ExpiresAt) {
		err = oauth.ErrExpired
	}
	if err != nil {
		x.inactive = errors.Is(err, oauth.ErrInactive)
		if c.cfg.TokenMode == TokenPermissive {
			return c.ignoreToken(x, err)
		}
		d := lookup(tokenErrors, err, TokenUnavailable)
		d.RetryAfter = retryAfterUnavailable
		return d
	}
	x.caller.Claims = claims
	return c.tokenName(x, claims)
}

// ignoreToken goes on without the token's permissions, and says so.
func (c *Chain) ignoreToken(x *exchange, cause error) *Denial {
	c.warn(x, "token", tokenIgnored, cause)
	x.tokenDID, x.caller.Claims = did.DID{}, oauth.Claims{Scopes: c.cfg.Tokenless}
	return nil
}

func (c *Chain) tokenName(x *exchange, claims oauth.Claims) *Denial {
	name, err := did.Parse(claims.DID)
	if err == nil {
		x.tokenDID = name
		return nil
	}
	x.tokenDID = did.DID{}
	if !c.cfg.TokenOnly || claims.DID != "" {
		return deny(ClientNotDID, nil)
	}
	if (identity.Caller{Claims: claims}).Name() == "" {
		return &Denial{Reason: TokenClaim, Hint: "The token does not say who issued it, or to which client.", Cause: errUnnamed}
	}
	return nil
}
