package oidc

import (
	"context"
	"crypto"
	"time"

	"github.com/getbindu/bindu-go/oauth"
)

// candidate is a token on its way through the checks.
type candidate struct {
	raw string
	now time.Time

	segments
	header    header
	claims    claimSet
	issuer    *trusted // nil until known, and for an issuer that is not configured
	algorithm algorithm
	public    crypto.PublicKey

	out        oauth.Claims // filled in by the checks
	clientFrom string       // the claim that named the client
}

func (v *Verifier) newCandidate(token string) *candidate {
	return &candidate{raw: token, now: v.now()}
}

// check is one test that a token must pass. It may rely on the checks before it
// having passed; needs says on which, for an inspection that goes on after a
// failure.
type check struct {
	name   string
	needs  need
	run    func(context.Context, *Verifier, *candidate) error
	detail func(*candidate) string // what was seen, for an inspection
}

// need is what a check cannot do without.
type need int

const (
	needNothing need = iota
	needClaims
	needIssuer
	needKey
)

func (n need) met(c *candidate) bool {
	switch n {
	case needClaims:
		return c.claims != nil
	case needIssuer:
		return c.issuer != nil
	case needKey:
		return c.public != nil
	default:
		return true
	}
}

// checks is the whole of verification in its order: nothing costly before it is
// known that an allowed algorithm and a configured issuer are claimed, nothing
// about the claims before the signature proved them.
var checks = [...]check{
	{"form", needNothing, checkForm, detailForm},
	{"algorithm", needClaims, checkAlgorithm, func(c *candidate) string { return c.algorithm.name }},
	{"issuer", needClaims, checkIssuer, func(c *candidate) string { return c.out.Issuer }},
	{"type", needIssuer, checkType, detailType},
	{"key", needIssuer, checkKey, detailKey},
	{"signature", needKey, checkSignature, func(*candidate) string { return "verifies" }},
	{"expiry", needClaims, checkExpiry, func(c *candidate) string { return detailTime(c.out.ExpiresAt, c.now) }},
	{"not_before", needIssuer, checkNotBefore, func(c *candidate) string { return detailTime(c.out.NotBefore, c.now) }},
	{"issued_at", needIssuer, checkIssuedAt, func(c *candidate) string { return detailTime(c.out.IssuedAt, c.now) }},
	{"audience", needIssuer, checkAudience, detailAudience},
	{"client", needIssuer, checkClient, detailClient},
	{"required_claims", needIssuer, checkRequired, detailRequired},
	{"permissions", needIssuer, checkRights, detailRights},
	{"did", needIssuer, checkDID, detailDID},
}
