package stepca

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"

	"github.com/smallstep/certificates/api"
	"github.com/smallstep/certificates/ca"

	"github.com/getbindu/bindu-go/internal/fetch"
)

// maxCommonName is ub-common-name (RFC 5280, appendix A.1). Go and step-ca
// would take more, other stacks refuse to.
const maxCommonName = 64

// request makes the key and the signing request. step-ca takes the names from
// the token, so the common name only serves whoever reads the CA's log.
func (c *Client) request() (*ecdsa.PrivateKey, *x509.CertificateRequest, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), c.cfg.Rand)
	if err != nil {
		return nil, nil, fmt.Errorf("generate key: %w", err)
	}
	cn := c.cfg.DID.LastSegment()
	if len(cn) > maxCommonName {
		cn = cn[:maxCommonName]
	}
	template := &x509.CertificateRequest{Subject: pkix.Name{CommonName: cn}}
	der, err := x509.CreateCertificateRequest(c.cfg.Rand, template, key)
	if err != nil {
		return nil, nil, fmt.Errorf("create certificate request: %w", err)
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, nil, fmt.Errorf("parse certificate request: %w", err)
	}
	return key, csr, nil
}

func (c *Client) sign(ctx context.Context, csr *x509.CertificateRequest, token string) (*api.SignResponse, error) {
	t, err := c.establish(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.HTTPTimeout)
	defer cancel()
	x := c.newExchange(t)
	// The empty certificate keeps the client from presenting the identity it finds in the user's ~/.step.
	client, err := ca.NewClient(c.caURL.String(), ca.WithTransport(fetch.Explain(x)), ca.WithCertificate(tls.Certificate{}))
	if err != nil {
		return nil, fmt.Errorf("%w: MTLS__CA_URL: %w", ErrConfig, err)
	}
	req := &api.SignRequest{CsrPEM: api.NewCertificateRequest(csr), OTT: token}
	if c.cfg.TTL > 0 {
		// A duration, not a time: the CA counts by its own clock.
		if req.NotAfter, err = api.ParseTimeDuration(c.cfg.TTL.String()); err != nil {
			return nil, fmt.Errorf("%w: certificate lifetime: %w", ErrConfig, err)
		}
	}
	answer, err := client.SignWithContext(ctx, req)
	if err != nil {
		return nil, c.signError(ctx, x, err, token)
	}
	return answer, nil
}
