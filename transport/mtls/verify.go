package mtls

import (
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"
)

// maxChain bounds a chain as the peer sends it: leaf and intermediates. Real
// hierarchies have one or two intermediates.
const maxChain = 10

// checkLeaf demands what crypto/x509 lets pass: a leaf must say itself that it
// is for this usage (no usage at all and "any" are not enough) and must not be
// a CA, or every intermediate could speak as an agent.
func checkLeaf(leaf *x509.Certificate, usage x509.ExtKeyUsage) error {
	if leaf.IsCA {
		return ErrIsCA
	}
	if !slices.Contains(leaf.ExtKeyUsage, usage) {
		return fmt.Errorf("%w %s", ErrBadEKU, usageName(usage))
	}
	return nil
}

func usageName(usage x509.ExtKeyUsage) string {
	if usage == x509.ExtKeyUsageServerAuth {
		return "serverAuth"
	}
	return "clientAuth"
}

// checkValidity compares with the certificate's own bounds, both inclusive (RFC 5280, section 4.1.2.5).
func checkValidity(cert *x509.Certificate, now time.Time) error {
	if now.After(cert.NotAfter) {
		return fmt.Errorf("%w: at %s", ErrExpired, cert.NotAfter.UTC().Format(time.RFC3339))
	}
	if now.Before(cert.NotBefore) {
		return fmt.Errorf("%w: until %s", ErrNotYetValid, cert.NotBefore.UTC().Format(time.RFC3339))
	}
	return nil
}

// verifyChain builds a path from the leaf to one of the roots.
func verifyChain(certs []*x509.Certificate, roots *x509.CertPool, usage x509.ExtKeyUsage, now time.Time) error {
	if len(certs) == 0 {
		return ErrNoCertificate
	}
	if len(certs) > maxChain {
		return fmt.Errorf("%w: chain of %d certificates, at most %d are accepted", ErrBadCertificate, len(certs), maxChain)
	}
	intermediates := x509.NewCertPool()
	for _, cert := range certs[1:] {
		intermediates.AddCert(cert)
	}
	_, err := certs[0].Verify(x509.VerifyOptions{
		Roots:         roots,
		Intermediates: intermediates,
		CurrentTime:   now,
		KeyUsages:     []x509.ExtKeyUsage{usage},
	})
	if err != nil {
		return Classify(err, now)
	}
	return nil
}

// Classify wraps an error with which crypto/x509 refused a certificate at a
// given time in the one of ours that says why: [ErrUnknownCA], [ErrExpired],
// [ErrNotYetValid], [ErrBadEKU], else [ErrBadCertificate].
func Classify(err error, now time.Time) error {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return fmt.Errorf("%w: %w", ErrUnknownCA, err)
	}
	invalid, ok := errors.AsType[x509.CertificateInvalidError](err)
	switch {
	case ok && invalid.Reason == x509.Expired && invalid.Cert != nil && now.Before(invalid.Cert.NotBefore):
		return fmt.Errorf("%w: %w", ErrNotYetValid, err)
	case ok && invalid.Reason == x509.Expired:
		return fmt.Errorf("%w: %w", ErrExpired, err)
	case ok && invalid.Reason == x509.IncompatibleUsage:
		return fmt.Errorf("%w: %w", ErrBadEKU, err)
	default:
		return fmt.Errorf("%w: %w", ErrBadCertificate, err)
	}
}
