package gate

import (
	"errors"

	"github.com/getbindu/bindu-go/transport/mtls"
)

var certificateErrors = []mapping{
	{mtls.ErrNoCertificate, CertRequired},
	{mtls.ErrExpired, CertExpired},
	{mtls.ErrNotYetValid, CertNotYetValid},
	{mtls.ErrNoDID, CertNoDID},
	{mtls.ErrMultipleIDs, CertMultipleIDs},
	{mtls.ErrIssuerMismatch, CertIssuer},
}

// certificate takes the peer's name from the certificate of the connection,
// and looks at its validity again: an open connection outlives it.
func (c *Chain) certificate(x *exchange) *Denial {
	if c.cfg.Mode == ModeOff {
		return nil
	}
	name, err := mtls.PeerDID(x.r.TLS, c.cfg.Issuer)
	if err == nil {
		err = c.cfg.CheckPeer(x.r.TLS)
	}
	if err != nil {
		return c.certificateDenial(x, err)
	}
	leaf := x.r.TLS.PeerCertificates[0]
	x.certDID = name
	x.caller.CertificateSerial = leaf.SerialNumber.Text(16)
	x.caller.CertificateNotAfter = leaf.NotAfter
	return nil
}

func (c *Chain) certificateDenial(x *exchange, err error) *Denial {
	if c.cfg.AllowUncertified && errors.Is(err, mtls.ErrNoCertificate) {
		c.warn(x, "certificate", uncertifiedCaller, nil)
		return nil
	}
	d := lookup(certificateErrors, err, CertRefused)
	// Nothing better can come over this connection.
	d.close = d.Reason == CertExpired || d.Reason == CertNotYetValid || errors.Is(err, mtls.ErrUnknownCA)
	return d
}
