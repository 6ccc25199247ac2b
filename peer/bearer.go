package peer

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/getbindu/bindu-go/internal/refusal"
)

// bearer is the token with which a call was made last.
type bearer struct{ token string }

type bearerKey struct{}

// withBearer returns a context whose requests say in b with which token they are sent.
func withBearer(ctx context.Context, b *bearer) context.Context {
	return context.WithValue(ctx, bearerKey{}, b)
}

// replace has what comes after a refusal be made with another token, and reports whether
// there is one.
func (c *Client) replace(ctx context.Context, b *bearer) bool {
	if c.cfg.Replace == nil || b.token == "" {
		return false
	}
	ctx, cancel := c.withTimeout(ctx)
	defer cancel()
	err := c.cfg.Replace(ctx, b.token)
	if err != nil {
		c.cfg.Logger.DebugContext(ctx, "no other token in place of one that was refused", "error", err)
	}
	return err == nil
}

// staleTokens are the words of refusals after which another token may be taken: the old
// one ended, was revoked, was forgotten, or is signed by a key that is not used any more.
var staleTokens = map[refusal.Word]bool{
	refusal.TokenInactive: true, refusal.TokenExpired: true, refusal.TokenKID: true, refusal.AuthExpired: true,
}

// ofToken reports a refusal that another token may not meet. Of a peer that says no word
// of ours it is what RFC 6750 section 3.1 calls invalid_token.
func (r *Refusal) ofToken() bool {
	word := refusal.Word(r.Reason)
	if known := word.Answer(); known.Word() == word {
		return staleTokens[word] && cmp.Or(r.Gate, gateToken) == gateToken
	}
	return r.Status == http.StatusUnauthorized && r.invalidToken
}

// gateToken is the name of the gate that judges tokens.
const gateToken = "token"

// saysInvalidToken reports a challenge because of the token that was sent.
func saysInvalidToken(h http.Header) bool {
	for _, challenge := range h.Values("WWW-Authenticate") {
		if len(challenge) <= maxSentence && strings.Contains(challenge, `error="invalid_token"`) {
			return true
		}
	}
	return false
}

// renews replaces the token of a call that was refused because of it, once, and reports
// whether the call is to be made again. What may have run is not, unless the peer knows
// it again: a peer looks at its proofs once more before it answers.
func (r *repeats) renews(err error) bool {
	refused, ok := errors.AsType[*Refusal](err)
	if !ok || r.renew == nil || r.renewed || !refused.ofToken() || !r.renew() {
		return false
	}
	r.renewed = true
	return r.may != unsent || r.signs && !refused.Proved
}
