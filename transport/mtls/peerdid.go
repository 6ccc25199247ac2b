package mtls

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

// PeerDID returns the DID that the peer's certificate names. The certificate
// must have exactly one URI name, and it must be issuer, "#" and a DID, byte
// for byte. Errors: [ErrNoCertificate], [ErrNoDID], [ErrMultipleIDs],
// [ErrIssuerMismatch], [ErrIsCA].
//
// It reads names only. That the chain is trusted and meant for this side of
// the connection was settled by the configuration of a [Source]; whether it
// still holds is told by [Source.CheckPeer] or [CheckNow].
func PeerDID(cs *tls.ConnectionState, issuer string) (did.DID, error) {
	if cs == nil || len(cs.PeerCertificates) == 0 {
		return did.DID{}, ErrNoCertificate
	}
	return leafDID(cs.PeerCertificates[0], issuer)
}

// PeerDID is [PeerDID] with the Source's issuer.
func (s *Source) PeerDID(cs *tls.ConnectionState) (did.DID, error) { return PeerDID(cs, s.cfg.Issuer) }

func leafDID(leaf *x509.Certificate, issuer string) (did.DID, error) {
	if leaf.IsCA {
		return did.DID{}, ErrIsCA
	}
	uri, err := uriName(leaf)
	if err != nil {
		return did.DID{}, err
	}
	return parseName(uri, issuer)
}

// parseName splits ISSUER#DID. The issuer is compared whole, so an issuer that
// is a prefix of ours, or ours with a path behind it, is another issuer.
func parseName(uri []byte, issuer string) (did.DID, error) {
	found, name, ok := bytes.Cut(uri, []byte{'#'})
	if !ok {
		return did.DID{}, fmt.Errorf("%w: URI name is not of the form ISSUER#DID", ErrNoDID)
	}
	if issuer == "" || string(found) != issuer {
		return did.DID{}, fmt.Errorf("%w: %q instead of %q", ErrIssuerMismatch, shorten(found), issuer)
	}
	d, err := did.Parse(string(name))
	if err != nil {
		return did.DID{}, fmt.Errorf("%w: %w", ErrNoDID, err)
	}
	return d, nil
}

// shorten keeps a foreign name from filling a log.
func shorten(b []byte) []byte {
	const limit = 200
	if len(b) > limit {
		return b[:limit]
	}
	return b
}

// CheckNow reports whether the peer's certificate is still within its
// validity: a connection that stays open outlives the certificate that opened
// it. Errors: [ErrNoCertificate], [ErrExpired], [ErrNotYetValid].
func CheckNow(cs *tls.ConnectionState, now time.Time) error {
	if cs == nil || len(cs.PeerCertificates) == 0 {
		return ErrNoCertificate
	}
	return checkValidity(cs.PeerCertificates[0], now)
}
