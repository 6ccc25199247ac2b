package oidc

import (
	"context"
	"fmt"
	"time"

	"github.com/getbindu/bindu-go/oauth"
)

// checkExpiry gives no leeway: at exp the token has ended (RFC 7519 section
// 4.1.4 says "on or after"). A token without an end is treated as ended.
func checkExpiry(_ context.Context, _ *Verifier, c *candidate) (err error) {
	if c.out.ExpiresAt, err = c.claims.date("exp"); err != nil {
		return err
	}
	if c.out.ExpiresAt.IsZero() {
		return fmt.Errorf("%w: it has no exp", oauth.ErrExpired)
	}
	if !c.now.Before(c.out.ExpiresAt) {
		return fmt.Errorf("%w: its exp is %s, the clock here says %s", oauth.ErrExpired, stamp(c.out.ExpiresAt), stamp(c.now))
	}
	return nil
}

func checkNotBefore(_ context.Context, _ *Verifier, c *candidate) (err error) {
	c.out.NotBefore, err = c.notInFuture("nbf")
	return err
}

// checkIssuedAt refuses a token from the future as a sign of a wrong clock.
func checkIssuedAt(_ context.Context, _ *Verifier, c *candidate) (err error) {
	c.out.IssuedAt, err = c.notInFuture("iat")
	return err
}

func (c *candidate) notInFuture(claim string) (time.Time, error) {
	t, err := c.claims.date(claim)
	if err != nil {
		return time.Time{}, err
	}
	if t.After(c.now.Add(c.issuer.Leeway)) {
		return t, fmt.Errorf("%w: its %s is %s, the clock here says %s, the leeway is %v",
			oauth.ErrNotYetValid, claim, stamp(t), stamp(c.now), c.issuer.Leeway)
	}
	return t, nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
