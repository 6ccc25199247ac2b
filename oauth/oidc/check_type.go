package oidc

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/getbindu/bindu-go/oauth"
)

// accessToken is the only use that oauth.Claims names.
const accessToken = "access_token"

// idTokenClaims are in ID tokens and in no access token (OpenID Connect Core
// sections 2 and 3.3.2.11).
var idTokenClaims = [...]string{"nonce", "at_hash", "c_hash", "s_hash"}

// checkType refuses tokens that are not bearer access tokens, where they can be
// told: RFC 8725 section 3.11 wants different kinds of JWT kept apart, and
// issuers mark them in different ways.
func checkType(_ context.Context, _ *Verifier, c *candidate) error {
	typ := normalizeType(c.header.Type)
	if !slices.Contains(c.issuer.types, typ) {
		return fmt.Errorf("%w: its typ header is %q", oauth.ErrTokenUse, clip(c.header.Type))
	}
	for _, name := range idTokenClaims {
		if _, ok := c.claims[name]; ok {
			return fmt.Errorf("%w: it has %s, as ID tokens do; send the access token", oauth.ErrTokenUse, name)
		}
	}
	// A security event or logout token (RFC 8417) and a token bound to a key of
	// its holder (RFC 7800), which presented as bearer proves less than it says.
	for _, name := range [...]string{"events", "cnf"} {
		if _, ok := c.claims[name]; ok {
			return fmt.Errorf("%w: it has %s, so it is not a bearer access token", oauth.ErrTokenUse, name)
		}
	}
	use, err := c.claims.use()
	if err != nil {
		return err
	}
	if use || typ == "at+jwt" {
		c.out.TokenUse = accessToken
	}
	return nil
}

// normalizeType makes media types comparable (RFC 7515 section 4.1.9).
func normalizeType(typ string) string {
	return strings.TrimPrefix(strings.ToLower(typ), "application/")
}

// Values of claims that mark an access token, in lower case.
var (
	accessUses  = [...]string{"access", accessToken}                  // token_use: Cognito, Hydra
	accessTypes = [...]string{"bearer", "at+jwt", accessToken, "jwt"} // typ: Keycloak and others
)

// use reads the claims by which issuers tell their tokens apart. It reports
// whether one of them says access token.
func (c claimSet) use() (said bool, err error) {
	if use, ok := c["token_use"]; ok {
		if said, err = marks("token_use", use, accessUses[:]); err != nil {
			return false, err
		}
	}
	if typ, ok := c["typ"]; ok {
		marked, err := marks("typ", typ, accessTypes[:])
		return said || marked, err
	}
	return said, nil
}

func marks(name string, value any, access []string) (bool, error) {
	s, _ := value.(string)
	if !slices.Contains(access, strings.ToLower(s)) {
		return false, fmt.Errorf("%w: its claim %s says %q", oauth.ErrTokenUse, name, clip(s))
	}
	return !strings.EqualFold(s, "jwt"), nil
}
