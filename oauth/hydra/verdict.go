package hydra

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/oauth"
)

// leeway is how far ahead of ours the issuer's clock may be.
const leeway = 60 * time.Second

// check is one thing that an answer about a good token has to say. detail
// describes what was seen, for an inspection.
type check struct {
	name   string
	run    func(o *IntrospectorOptions, in *introspection, now time.Time) error
	detail func(in *introspection) string
}

// checks is the whole of the judgement in its order: what kind of token it is,
// who issued it, when it counts, and what for.
var checks = [...]check{
	{"active", checkActive, func(*introspection) string { return "Hydra says that it is" }},
	{"type", checkType, func(in *introspection) string { return in.claims.TokenUse + ", " + in.tokenType }},
	{"issuer", checkIssuer, func(in *introspection) string { return fmt.Sprintf("%.200q", in.claims.Issuer) }},
	{"expiry", checkExpiry, func(in *introspection) string { return stamp(in.claims.ExpiresAt) }},
	{"not_before", checkNotBefore, func(in *introspection) string { return stamp(in.claims.NotBefore) }},
	{"audience", checkAudience, func(in *introspection) string { return fmt.Sprintf("%.200q", in.claims.Audience) }},
}

// judge turns an answer of Hydra into claims, or into the one error that says
// why the token is refused.
func (o *IntrospectorOptions) judge(in *introspection, now time.Time) (oauth.Claims, error) {
	for i := range checks {
		if err := checks[i].run(o, in, now); err != nil {
			return oauth.Claims{}, err
		}
	}
	return in.claims, nil
}

func checkActive(_ *IntrospectorOptions, in *introspection, _ time.Time) error {
	if !in.active {
		return oauth.ErrInactive
	}
	return nil
}

func checkType(_ *IntrospectorOptions, in *introspection, _ time.Time) error {
	if in.claims.TokenUse != "access_token" {
		return oauth.ErrTokenUse
	}
	if !strings.EqualFold(in.tokenType, "bearer") {
		return fmt.Errorf("%w: not a bearer token", oauth.ErrTokenUse)
	}
	return nil
}

func checkIssuer(o *IntrospectorOptions, in *introspection, _ time.Time) error {
	if o.Issuer == "" || in.claims.Issuer != o.Issuer {
		return fmt.Errorf("%w: it is %.200q, want %q", oauth.ErrIssuer, in.claims.Issuer, o.Issuer)
	}
	return nil
}

func checkExpiry(_ *IntrospectorOptions, in *introspection, now time.Time) error {
	if !now.Before(in.claims.ExpiresAt) { // also if it says no time of expiry
		return oauth.ErrExpired
	}
	return nil
}

func checkNotBefore(_ *IntrospectorOptions, in *introspection, now time.Time) error {
	if in.claims.NotBefore.After(now.Add(leeway)) || in.claims.IssuedAt.After(now.Add(leeway)) {
		return oauth.ErrNotYetValid
	}
	return nil
}

func checkAudience(o *IntrospectorOptions, in *introspection, _ time.Time) error {
	if slices.ContainsFunc(o.ForbiddenAudiences, in.claims.HasAudience) {
		return fmt.Errorf("%w: it is made for another purpose (%.200q)", oauth.ErrAudience, in.claims.Audience)
	}
	if len(o.Audiences) > 0 && !slices.ContainsFunc(o.Audiences, in.claims.HasAudience) {
		return fmt.Errorf("%w: it is for %.200q, want one of %q", oauth.ErrAudience, in.claims.Audience, o.Audiences)
	}
	return nil
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "absent"
	}
	return t.UTC().Format(time.RFC3339)
}
