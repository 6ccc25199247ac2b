package agent

import (
	"context"
	"errors"

	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// obtainCertificate takes the certificate from disk if it is ours and fresh,
// and enrols otherwise.
func (a *Agent) obtainCertificate(ctx context.Context) error {
	if !a.set.MTLS.Enabled {
		return nil
	}
	var err error
	if a.enroller, err = a.newEnroller(); err != nil {
		return err
	}
	a.store = mtls.NewDirStore(a.dir, a.opts.Now)
	id, err := a.store.Load(a.did, a.issuer)
	switch {
	case err == nil:
		a.log.Info("certificate taken from disk", "serial", id.Serial(), "not_after", id.NotAfter())
	case errors.Is(err, mtls.ErrNoIdentity):
		a.log.Info("no usable certificate on disk", "why", err)
		if id, err = a.enrol(ctx); err != nil {
			return err
		}
	default:
		return err
	}
	a.source, err = a.newSource(id)
	for errors.Is(err, mtls.ErrExpired) {
		a.log.Warn("the certificate has ended meanwhile", "not_after", id.NotAfter())
		if id, err = a.enrol(ctx); err != nil {
			return err
		}
		a.source, err = a.newSource(id)
	}
	return err
}

func (a *Agent) newSource(id *mtls.Identity) (*mtls.Source, error) {
	return mtls.NewSource(id, mtls.SourceConfig{
		Issuer:            a.issuer,
		RequireClientCert: a.set.MTLS.RequireClientCert,
		HandshakeTimeout:  a.set.Limits.HandshakeTimeout,
		OnReject:          a.rejected,
		Now:               a.opts.Now,
		Logger:            a.log,
	})
}

func (a *Agent) newEnroller() (*stepca.Client, error) {
	return stepca.New(stepca.Config{
		CAURL:       a.set.MTLS.CAURL,
		RootURL:     a.set.MTLS.CARootURL,
		Fingerprint: a.set.MTLS.CAFingerprint,
		RootFile:    a.set.MTLS.CARootFile,
		DID:         a.did,
		Issuer:      a.issuer,
		Audience:    a.set.MTLS.OIDCAudience,
		Token:       a.enrolmentToken,
		HTTPTimeout: a.set.MTLS.Timeout,
		TTL:         a.set.MTLS.CertTTL,
		Rand:        a.opts.Rand,
		Now:         a.opts.Now,
		Logger:      a.log,
	})
}

// enrol waits for the CA as long as it takes. A certificate that cannot be
// saved serves all the same; readiness says so.
func (a *Agent) enrol(ctx context.Context) (id *mtls.Identity, err error) {
	err = a.persist(ctx, componentCA, func(ctx context.Context) error {
		id, err = a.enrolOnce(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	a.log.Info("certificate obtained", "serial", id.Serial(), "not_after", id.NotAfter())
	if err := a.save(id); err != nil {
		a.log.Error("the certificate could not be saved", "error", err)
		a.unsaved = true // the renewer tries again
	}
	return id, nil
}
