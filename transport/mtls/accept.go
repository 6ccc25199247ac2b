package mtls

import (
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"
	"time"

	"github.com/smallstep/certificates/api"
)

// A certificate that lives much longer than asked for is a mistake or an attack.
const (
	maxLifetime       = 90 * 24 * time.Hour
	maxLifetimeFactor = 10
)

// accept turns the CA's answer into an identity, or refuses it.
func (e *Enroller) accept(answer *api.SignResponse, key *ecdsa.PrivateKey, roots []*x509.Certificate) (*Identity, error) {
	chain, err := answeredChain(answer)
	if err != nil {
		return nil, err
	}
	id := &Identity{
		Certificate: tls.Certificate{PrivateKey: key, Leaf: chain[0]},
		Roots:       roots,
	}
	for _, cert := range chain {
		if !slices.ContainsFunc(roots, cert.Equal) {
			id.Certificate.Certificate = append(id.Certificate.Certificate, cert.Raw)
		}
	}
	now := e.cfg.Now()
	if err := id.Verify(e.cfg.DID, e.cfg.Issuer, now); err != nil {
		return nil, e.badCertificate(err)
	}
	limit := maxLifetime
	if e.cfg.TTL > 0 {
		limit = min(limit, maxLifetimeFactor*e.cfg.TTL)
	}
	if left := id.NotAfter().Sub(now); left > limit {
		return nil, e.badCertificate(fmt.Errorf("%w: valid for another %s, at most %s is accepted", ErrBadCertificate, left.Round(time.Second), limit))
	}
	return id, nil
}

// answeredChain returns leaf and intermediates. An older step-ca sends no certChain.
func answeredChain(answer *api.SignResponse) ([]*x509.Certificate, error) {
	certs := answer.CertChainPEM
	if len(certs) == 0 {
		certs = []api.Certificate{answer.ServerPEM, answer.CaPEM}
	}
	if len(certs) > maxChain {
		return nil, fmt.Errorf("%w: a chain of %d certificates", ErrCABadCertificate, len(certs))
	}
	chain := make([]*x509.Certificate, 0, len(certs))
	for _, cert := range certs {
		if cert.Certificate == nil {
			return nil, fmt.Errorf("%w: an empty one", ErrCABadCertificate)
		}
		chain = append(chain, cert.Certificate)
	}
	return chain, nil
}

// badCertificate names the clocks when they explain the fault.
func (e *Enroller) badCertificate(err error) error {
	return e.withSkew(fmt.Errorf("%w: %w", ErrCABadCertificate, err))
}
