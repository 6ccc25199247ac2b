package mtls

import (
	"context"
	"crypto/x509"
)

// Enroller is a CA that issues our certificates.
type Enroller interface {
	// Enrol makes one attempt to obtain a certificate, with a key of its own. It
	// has checked what it returns with [Identity.Verify].
	//
	// Errors: those of enrolment, by [Reason]. [ErrClockSkew] and
	// [ErrCABadCertificate] are not mended by asking again soon; which of them end
	// the wait for a first certificate, [KeeperConfig.Passing] says.
	Enrol(ctx context.Context) (*Identity, error)
	// Roots returns the CAs that are to be trusted now. The errors are those of
	// Enrol; after any of them trust stays as it is.
	Roots(ctx context.Context) ([]*x509.Certificate, error)
}
