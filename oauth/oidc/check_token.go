package oidc

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/getbindu/bindu-go/oauth"
)

func checkForm(_ context.Context, v *Verifier, c *candidate) (err error) {
	if c.segments, err = split(c.raw, v.maxTokenBytes); err != nil {
		return err
	}
	if c.header, err = parseHeader(c.segments.header); err != nil {
		return err
	}
	if c.claims, err = parseClaims(c.payload); err != nil {
		return err
	}
	c.issuer = v.issuers[c.claims.text("iss")]
	c.out.Subject = c.claims.text("sub")
	return nil
}

// checkAlgorithm compares with the list of the claimed issuer, or with those of
// all issuers together if it is not configured. That choice proves nothing yet.
func checkAlgorithm(_ context.Context, v *Verifier, c *candidate) error {
	allowed := v.algorithms
	if c.issuer != nil {
		allowed = c.issuer.allowed
	}
	a, ok := allowed.find(c.header.Algorithm)
	if !ok {
		return fmt.Errorf("%w: it says %q, allowed are %s", oauth.ErrAlgorithm, clip(c.header.Algorithm), allowed)
	}
	c.algorithm = a
	return nil
}

func checkIssuer(_ context.Context, v *Verifier, c *candidate) error {
	c.out.Issuer = c.claims.text("iss")
	if c.issuer == nil {
		return fmt.Errorf("%w: it says %q, configured is %s; they must be equal byte for byte, a trailing slash included",
			oauth.ErrIssuer, clip(c.out.Issuer), v.issuerNames())
	}
	return nil
}

func (v *Verifier) issuerNames() string {
	names := make([]string, 0, len(v.issuers))
	for name := range v.issuers {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func checkKey(ctx context.Context, _ *Verifier, c *candidate) (err error) {
	if c.algorithm.method == nil {
		return fmt.Errorf("%w: no key can be chosen", oauth.ErrAlgorithm)
	}
	c.public, err = c.issuer.keys.key(ctx, c.header.KeyID, c.algorithm)
	return err
}

func checkSignature(_ context.Context, _ *Verifier, c *candidate) error {
	// The cause beneath is left out: it says no more, and differs by algorithm.
	if c.algorithm.method.Verify(c.signingInput, c.signature, c.public) != nil {
		return fmt.Errorf("%w: it was changed after signing, or another key has this key id", oauth.ErrSignature)
	}
	return nil
}
