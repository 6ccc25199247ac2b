package task

import (
	"context"

	"github.com/getbindu/bindu-go/identity"
)

// caller returns who is calling and the name under which their tasks are kept.
func caller(ctx context.Context) (identity.Caller, string, error) {
	c, ok := identity.CallerFromContext(ctx)
	if !ok {
		return identity.Caller{}, "", ErrNoCaller
	}
	owner := ownerOf(c)
	if owner == "" {
		return identity.Caller{}, "", ErrNoCaller
	}
	return c, owner, nil
}

// ownerOf is the caller's name, "" for a token-only caller whose token does not
// say whose it is.
func ownerOf(c identity.Caller) string {
	if c.DID.IsZero() && (c.Claims.Issuer == "" || c.Claims.ClientID == "") {
		return ""
	}
	return c.Name()
}
