package mtls

import (
	"crypto/tls"
	"crypto/x509"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

// UncertifiedConfig returns a configuration for dialling peer without a
// certificate of our own: for whom is asked before there is one. The server proves
// itself as with [Source.ClientConfig], by chain to the roots, serverAuth and DID;
// the zero DID is nobody's. roots is asked at each handshake; nil means that no CA
// is trusted yet.
func UncertifiedConfig(peer did.DID, issuer string, roots func() *x509.CertPool, now func() time.Time) *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS13,
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection verifies chain, usage and DID
		Time:               now,
		VerifyConnection: func(cs tls.ConnectionState) error {
			if err := verifyNamed(cs, roots(), issuer, peer, now()); err != nil {
				return &tls.CertificateVerificationError{UnverifiedCertificates: cs.PeerCertificates, Err: err}
			}
			return nil
		},
	}
}

// verifyNamed is verifyServer where no roots and no name mean nobody.
func verifyNamed(cs tls.ConnectionState, roots *x509.CertPool, issuer string, peer did.DID, now time.Time) error {
	switch {
	case roots == nil: // which crypto/x509 would take for the system's
		return ErrUnknownCA
	case peer.IsZero():
		return &PeerMismatchError{Want: peer}
	}
	return verifyServer(cs, roots, issuer, peer, now)
}
