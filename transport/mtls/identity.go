package mtls

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

// Identity is what an agent proves itself with and whom it trusts. It is
// never modified once made: a renewal makes a new one.
type Identity struct {
	// Certificate holds the private key and the chain, leaf first, then
	// intermediates, without the root. Leaf is set.
	Certificate tls.Certificate
	// Roots are the CAs whose certificates we accept.
	Roots []*x509.Certificate
}

// Leaf returns the parsed certificate, nil when there is none.
func (id *Identity) Leaf() *x509.Certificate { return id.Certificate.Leaf }

// NotAfter returns the moment after which the certificate is worthless.
func (id *Identity) NotAfter() time.Time { return id.Certificate.Leaf.NotAfter }

// Serial returns the serial number in hexadecimal.
func (id *Identity) Serial() string { return id.Certificate.Leaf.SerialNumber.Text(16) }

// Verify checks that the identity can be used by d at the given time: the key
// is the certificate's, the one URI name is issuer#d, the certificate serves
// both sides of a connection, is no CA's, and its chain ends in one of Roots.
func (id *Identity) Verify(d did.DID, issuer string, now time.Time) error {
	leaf := id.Certificate.Leaf
	if leaf == nil || len(id.Certificate.Certificate) == 0 {
		return ErrNoCertificate
	}
	if err := id.checkKey(); err != nil {
		return err
	}
	got, err := leafDID(leaf, issuer)
	if err != nil {
		return err
	}
	if got != d {
		return fmt.Errorf("%w: %s instead of %s", ErrOtherDID, got, d)
	}
	chain, err := id.chain()
	if err != nil {
		return err
	}
	roots := newPool(id.Roots)
	for _, usage := range []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth} {
		if err := checkLeaf(leaf, usage); err != nil {
			return err
		}
		if err := verifyChain(chain, roots, usage, now); err != nil {
			return err
		}
	}
	return nil
}

// checkKey compares public keys; it does not sign anything.
func (id *Identity) checkKey() error {
	signer, ok := id.Certificate.PrivateKey.(crypto.Signer)
	if !ok {
		return fmt.Errorf("%w: no private key", ErrBadCertificate)
	}
	pub, ok := signer.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !pub.Equal(id.Certificate.Leaf.PublicKey) {
		return ErrKeyMismatch
	}
	return nil
}

func (id *Identity) chain() ([]*x509.Certificate, error) {
	chain := []*x509.Certificate{id.Certificate.Leaf}
	for _, der := range id.Certificate.Certificate[1:] {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("%w: intermediate: %w", ErrBadCertificate, err)
		}
		chain = append(chain, cert)
	}
	return chain, nil
}

func newPool(roots []*x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, root := range roots {
		pool.AddCert(root)
	}
	return pool
}
