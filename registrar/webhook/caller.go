package webhook

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"net/http"
	"slices"
)

// oidProvisioner is the extension with which step-ca marks what it issued by a
// provisioner: every agent's certificate, and never its own.
var oidProvisioner = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 37476, 9000, 64, 1}

// Faults of who asks.
var (
	errPath        = errors.New("not a POST of " + Path)
	errUnverified  = errors.New("no client certificate that was verified")
	errIsAgent     = errors.New("the client certificate is one that was issued to somebody")
	errNotClient   = errors.New("the client certificate is not for clients")
	errNotValidNow = errors.New("the client certificate is not valid any more, or not yet")
)

// caller looks at who asks and where. The chain was verified by TLS ([NewTLS]); that
// it was is looked at again here, so that no other listener opens this handler.
func (h *Handler) caller(r *http.Request) (Reason, error) {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 || len(r.TLS.PeerCertificates) == 0 {
		return NotCA, errUnverified
	}
	leaf := r.TLS.PeerCertificates[0]
	if err := checkCA(leaf, h.cfg.CAHost); err != nil {
		return NotCA, err
	}
	now := h.cfg.Now()
	switch {
	case now.Before(leaf.NotBefore) || now.After(leaf.NotAfter):
		return StaleCaller, errNotValidNow
	case r.Method != http.MethodPost || r.RequestURI != Path:
		return NotFound, errPath
	}
	return "", nil
}

// checkCA wants the certificate that the CA presents as a server.
func checkCA(leaf *x509.Certificate, host string) error {
	issued := func(e asn1.ObjectIdentifier) bool { return e.Equal(oidProvisioner) }
	for _, e := range leaf.Extensions {
		if issued(e.Id) {
			return errIsAgent
		}
	}
	switch {
	case len(leaf.URIs) > 0:
		return errIsAgent
	case leaf.IsCA || !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageClientAuth):
		return errNotClient
	}
	return leaf.VerifyHostname(host)
}
