package oidc

import (
	"context"
	"fmt"
	"slices"

	"github.com/getbindu/bindu-go/oauth"
)

func checkAudience(_ context.Context, _ *Verifier, c *candidate) (err error) {
	if c.out.Audience, err = c.claims.audience(); err != nil {
		return err
	}
	for _, refused := range c.issuer.RefusedAudiences {
		if c.out.HasAudience(refused) {
			return fmt.Errorf("%w: it is also meant for %q, which must not be used here", oauth.ErrAudience, refused)
		}
	}
	if len(c.issuer.Audiences) == 0 || slices.ContainsFunc(c.issuer.Audiences, c.out.HasAudience) {
		return nil
	}
	return fmt.Errorf("%w: it is meant for %s, accepted is %s", oauth.ErrAudience, quoted(c.out.Audience), quoted(c.issuer.Audiences))
}

func checkClient(_ context.Context, _ *Verifier, c *candidate) (err error) {
	if c.out.ClientID, c.clientFrom, err = c.claims.client(c.issuer.ClientClaims); err != nil {
		return err
	}
	if allowed := c.issuer.AllowedClients; len(allowed) > 0 && !slices.Contains(allowed, c.out.ClientID) {
		return fmt.Errorf("%w: it was issued to client %q, which is not among the allowed clients", oauth.ErrAudience, clip(c.out.ClientID))
	}
	return nil
}

func checkRequired(_ context.Context, _ *Verifier, c *candidate) error {
	for _, name := range c.issuer.required {
		if err := c.claims.require(name, c.issuer.RequiredClaims[name]); err != nil {
			return err
		}
	}
	return nil
}

// checkRights refuses nothing: which permission a call needs is decided where the
// method is known.
func checkRights(_ context.Context, _ *Verifier, c *candidate) error {
	c.out.Scopes = c.claims.rights(c.issuer.RightsClaims)
	return nil
}

// checkDID looks up whom the client speaks for. Naming nobody is not an error
// here; a DID claim that cannot be a DID is.
func checkDID(_ context.Context, v *Verifier, c *candidate) error {
	if d, ok := v.didMap.Lookup(c.out.Issuer, c.out.ClientID, c.out.Subject); ok {
		c.out.DID = d
		return nil
	}
	if c.issuer.DIDClaim == "" {
		return nil
	}
	value, ok := c.claims.lookup(c.issuer.DIDClaim)
	if !ok {
		return nil
	}
	d, ok := value.(string)
	if !ok || !plausibleDID(d) {
		return fmt.Errorf("%w: %s is there, but is not a DID", oauth.ErrMissingClaim, c.issuer.DIDClaim)
	}
	c.out.DID = d
	return nil
}
