package task

import (
	"context"
	"net/url"

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

// ownerOf is the caller's DID. A token-only caller has none and is named by
// issuer and client, which no DID can look like.
func ownerOf(c identity.Caller) string {
	if !c.DID.IsZero() {
		return c.DID.String()
	}
	if c.Claims.Issuer == "" || c.Claims.ClientID == "" {
		return ""
	}
	return "oauth:" + url.QueryEscape(c.Claims.Issuer) + ":" + url.QueryEscape(c.Claims.ClientID)
}
