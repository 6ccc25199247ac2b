package stepca

import (
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"
	"time"

	"github.com/smallstep/certificates/api"

	"github.com/getbindu/bindu-go/transport/mtls"
)

// A certificate that lives much longer than asked for is a mistake or an attack.
const (
	maxLifetime       = 90 * 24 * time.Hour
	maxLifetimeFactor = 10
)

// accept turns the CA's answer into an identity, or refuses it.
func (c *Client) accept(answer *api.SignResponse, key *ecdsa.PrivateKey, roots []*x509.Certificate) (*mtls.Identity, error) {
	chain, err := answeredChain(answer)
	if err != nil {
		return nil, err
	}
	id := &mtls.Identity{
		Certificate: tls.Certificate{PrivateKey: key, Leaf: chain[0]},
		Roots:       roots,
	}
	for _, cert := range chain {
		if !slices.ContainsFunc(roots, cert.Equal) {
			id.Certificate.Certificate = append(id.Certificate.Certificate, cert.Raw)
		}
	}
	now := c.cfg.Now()
	if err := id.Verify(c.cfg.DID, c.cfg.Issuer, now); err != nil {
		return nil, c.badCertificate(err)
	}
	limit := maxLifetime
	if c.cfg.TTL > 0 {
		limit = min(limit, maxLifetimeFactor*c.cfg.TTL)
	}
	if left := id.NotAfter().Sub(now); left > limit {
		return nil, c.badCertificate(fmt.Errorf("%w: valid for another %s, at most %s is accepted", mtls.ErrBadCertificate, left.Round(time.Second), limit))
	}
	return id, nil
}

// answeredChain returns leaf and intermediates. An older step-ca sends no certChain.
func answeredChain(answer *api.SignResponse) ([]*x509.Certificate, error) {
	certs := answer.CertChainPEM
	if len(certs) == 0 {
		certs = []api.Certificate{answer.ServerPEM, answer.CaPEM}
	}
	chain := make([]*x509.Certificate, 0, len(certs))
	for _, cert := range certs {
		if cert.Certificate == nil {
			return nil, fmt.Errorf("%w: an empty one", mtls.ErrCABadCertificate)
		}
		chain = append(chain, cert.Certificate)
	}
	return chain, nil
}

// badCertificate names the clocks when they explain the fault.
func (c *Client) badCertificate(err error) error {
	return c.withSkew(fmt.Errorf("%w: %w", mtls.ErrCABadCertificate, err))
}
