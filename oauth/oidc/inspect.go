package oidc

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/oauth"
)

// Inspect makes every check of Verify on the token, without ending at the first
// that fails, and reports them in the same order. A check that cannot be made
// because of an earlier one is not OK and says so. The claims are reported even
// if the signature does not verify: what a failing token says is no proof.
func (v *Verifier) Inspect(ctx context.Context, token string) []oauth.Check {
	c := v.newCandidate(token)
	out := make([]oauth.Check, 0, len(checks))
	for i := range checks {
		out = append(out, inspectOne(ctx, v, c, &checks[i]))
	}
	return out
}

func inspectOne(ctx context.Context, v *Verifier, c *candidate, k *check) oauth.Check {
	if !k.needs.met(c) {
		return oauth.Check{Name: k.name, Detail: "not checked, because a check before it failed"}
	}
	if err := k.run(ctx, v, c); err != nil {
		return oauth.Check{Name: k.name, Detail: err.Error(), Err: err}
	}
	return oauth.Check{Name: k.name, OK: true, Detail: k.detail(c)}
}

func detailForm(c *candidate) string {
	return "signed JWT of " + strconv.Itoa(len(c.raw)) + " bytes"
}

func detailType(c *candidate) string {
	if c.header.Type == "" {
		return "no typ header, nothing marks it as an ID token"
	}
	return fmt.Sprintf("%q, nothing marks it as an ID token", clip(c.header.Type))
}

func detailKey(c *candidate) string {
	if c.header.KeyID == nil {
		return "the only key of the issuer for " + c.algorithm.name
	}
	return fmt.Sprintf("key id %q", clip(*c.header.KeyID))
}

func detailTime(t, now time.Time) string {
	if t.IsZero() {
		return "absent"
	}
	d := t.Sub(now).Round(time.Second)
	if d < 0 {
		return fmt.Sprintf("%s, %v ago", stamp(t), -d)
	}
	return fmt.Sprintf("%s, in %v", stamp(t), d)
}

func detailAudience(c *candidate) string {
	if len(c.issuer.Audiences) == 0 {
		return quoted(c.out.Audience) + "; none is required, the allowed clients take its place"
	}
	return quoted(c.out.Audience)
}

func detailClient(c *candidate) string {
	return fmt.Sprintf("%q, from the claim %s", clip(c.out.ClientID), c.clientFrom)
}

func detailRequired(c *candidate) string {
	if len(c.issuer.required) == 0 {
		return "none is required"
	}
	return strings.Join(c.issuer.required, ", ")
}

func detailRights(c *candidate) string {
	if len(c.out.Scopes) == 0 {
		return "none is granted by " + strings.Join(c.issuer.RightsClaims, ", ")
	}
	return quoted(c.out.Scopes)
}

func detailDID(c *candidate) string {
	if c.out.DID == "" {
		return "the token names no DID, neither by claim nor by map"
	}
	return clip(c.out.DID)
}

// quoted renders a list of foreign texts for a message, shortened.
func quoted(list []string) string {
	const limit = 5
	if len(list) == 0 {
		return "nobody"
	}
	parts := make([]string, 0, limit+1)
	for i, s := range list {
		if i == limit {
			parts = append(parts, fmt.Sprintf("and %d more", len(list)-limit))
			break
		}
		parts = append(parts, strconv.Quote(clip(s)))
	}
	return strings.Join(parts, ", ")
}
