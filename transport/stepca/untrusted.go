package stepca

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/transport/mtls"
)

// untrusted says why the CA's own TLS certificate does not verify, with the
// remedy for that cause and for what is set here.
func (c *Client) untrusted(ctx context.Context, invalid *tls.CertificateVerificationError) error {
	cause := mtls.Classify(invalid.Err, c.cfg.Now())
	name, isName := errors.AsType[x509.HostnameError](invalid.Err)
	switch {
	case isName:
		cause = wrongName(name)
	case errors.Is(cause, mtls.ErrUnknownCA):
		cause = fmt.Errorf("%w (%w)", c.unknownRoot(), cause)
	case errors.Is(cause, mtls.ErrExpired), errors.Is(cause, mtls.ErrNotYetValid):
		c.probeClock(ctx)
		return c.wrongTime(cause, invalid)
	}
	return fmt.Errorf("%w: %w", mtls.ErrCAUntrusted, cause)
}

// unknownRoot advises by what the operator set: what is there has to be
// compared, what is not there has to be set.
func (c *Client) unknownRoot() error {
	switch {
	case len(c.anchor.roots) > 0:
		return fmt.Errorf("%w: compare the file of MTLS__CA_ROOT_FILE with the root certificate of the CA at MTLS__CA_URL", ErrCAChain)
	case len(c.anchor.fingerprints) > 0:
		return fmt.Errorf("%w: compare MTLS__CA_FINGERPRINT and MTLS__CA_URL with the CA; what answers there publishes that root and does not use it", ErrCAChain)
	default:
		return fmt.Errorf("%w: set MTLS__CA_FINGERPRINT to the SHA-256 of its root certificate, or MTLS__CA_ROOT_FILE to a file with it", ErrCANoAnchor)
	}
}

// wrongTime tells a clock that is wrong from a certificate that is. The dates
// are those of whichever certificate of the chain does not hold.
func (c *Client) wrongTime(cause error, invalid *tls.CertificateVerificationError) error {
	if serr := c.skewError(); serr != nil {
		return fmt.Errorf("%w: %w (%w)", mtls.ErrCAUntrusted, cause, serr)
	}
	remedy := "compare this machine's clock with the CA's, which gives no time"
	if _, known := c.ClockSkew(); known {
		remedy = "the clocks agree, so have the CA's certificate renewed: step-ca makes a new one for itself when it starts"
	}
	dates := ""
	if len(invalid.UnverifiedCertificates) > 0 {
		leaf := invalid.UnverifiedCertificates[0]
		dates = fmt.Sprintf(" (valid from %s to %s)", leaf.NotBefore.UTC().Format(time.RFC3339), leaf.NotAfter.UTC().Format(time.RFC3339))
	}
	return fmt.Errorf("%w: %w%s; %s", mtls.ErrCAUntrusted, cause, dates, remedy)
}

// maxNames bounds how many names of a stranger's certificate an error lists,
// and maxName how much of each.
const (
	maxNames = 10
	maxName  = 100
)

// wrongName lists the names that the certificate is for.
func wrongName(err x509.HostnameError) error {
	var names []string
	if err.Certificate != nil {
		names = append(names, err.Certificate.DNSNames...)
		for _, ip := range err.Certificate.IPAddresses {
			names = append(names, ip.String())
		}
	}
	more := ""
	if len(names) > maxNames {
		names, more = names[:maxNames], fmt.Sprintf(" and %d more", len(names)-maxNames)
	}
	for i, name := range names {
		names[i] = fmt.Sprintf("%.*q", maxName, name)
	}
	list := strings.Join(names, ", ") + more
	if list == "" {
		list = "none"
	}
	return fmt.Errorf("%w %.*q: it has %s; use one of them in MTLS__CA_URL (MTLS__CA_ROOT_URL), or add this one to dnsNames in step-ca's configuration and restart it",
		ErrCAName, maxName, err.Host, list)
}
