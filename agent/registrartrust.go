package agent

import (
	"context"
	"crypto/x509"
	"errors"
	"sync/atomic"

	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// registrarTrust is who vouches for the registrar: the CA of the settings. It is asked
// before we have a certificate of our own, and where we never have one.
type registrarTrust struct {
	fetch  func(context.Context) ([]*x509.Certificate, error)
	stored func() []*x509.Certificate // from the last start, none where there are none
	pool   atomic.Pointer[x509.CertPool]
}

func newRegistrarTrust(set settings.Settings, who self, i issuer, with around) (*registrarTrust, error) {
	cfg := configs.CA(set)
	cfg.DID, cfg.Issuer, cfg.Now, cfg.Logger = who.DID, i.ofCertificates, with.now, with.log
	cfg.Token = func(context.Context) (string, error) { return "", ErrNoToken } // it is asked for roots alone
	ca, err := stepca.New(cfg)
	if err != nil {
		return nil, err
	}
	stored := func() []*x509.Certificate {
		own, err := who.home.Certificates(with.now).Load(who.DID, i.ofCertificates)
		if err != nil {
			return nil
		}
		return own.Roots
	}
	return &registrarTrust{fetch: ca.Roots, stored: stored}, nil
}

// roots are the CAs that are trusted now, nil before there are any.
func (t *registrarTrust) roots() *x509.CertPool { return t.pool.Load() }

// refresh fetches the CA's roots. Where it does not answer, trust stays as it is, or
// begins with what the CA had said when our certificate was stored.
func (t *registrarTrust) refresh(ctx context.Context) error {
	found, err := t.fetch(ctx)
	switch {
	case err == nil:
	case t.pool.Load() != nil:
		return nil
	case errors.Is(err, mtls.ErrCAUnavailable):
		if found = t.stored(); len(found) == 0 {
			return err
		}
	default:
		return err
	}
	pool := x509.NewCertPool()
	for _, root := range found {
		pool.AddCert(root)
	}
	t.pool.Store(pool)
	return nil
}
