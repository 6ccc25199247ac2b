package agent

import (
	"context"
	"time"

	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// obtainCertificate waits for the agent's certificate, from disk or from the CA,
// and has it kept up to date until the agent stops.
func (a *Agent) obtainCertificate(ctx context.Context) error {
	if !a.set.MTLS.Enabled {
		return nil
	}
	var err error
	if a.ca, err = a.newCA(); err != nil {
		return err
	}
	a.keeper, err = mtls.NewKeeper(ctx, mtls.KeeperConfig{
		DID: a.did,
		Source: mtls.SourceConfig{
			Issuer:            a.issuer,
			RequireClientCert: bool(a.set.MTLS.RequireClientCert),
			HandshakeTimeout:  time.Duration(a.set.Limits.HandshakeTimeout),
			OnReject:          a.rejected,
			Now:               a.opts.Now,
			Logger:            a.log,
		},
		CA:          a.newCAWatch(),
		Store:       a.home.Certificates(a.opts.Now),
		Passing:     passing,
		Waiting:     func(err error, pause time.Duration) { a.waiting(componentCA, err, pause) },
		RootsEvery:  a.opts.RootsEvery,
		RenewBefore: time.Duration(a.set.MTLS.RenewBefore),
		OnState:     a.renewalState,
	})
	if err != nil {
		return err
	}
	a.onStop(func(context.Context) error { return a.keeper.Close() })
	a.ready.set(componentCA, "")
	return a.observeCertificate()
}

func (a *Agent) newCA() (*stepca.Client, error) {
	return stepca.New(stepca.Config{
		CAURL:       string(a.set.MTLS.CAURL),
		RootURL:     string(a.set.MTLS.CARootURL),
		Fingerprint: string(a.set.MTLS.CAFingerprint),
		RootFile:    string(a.set.MTLS.CARootFile),
		DID:         a.did,
		Issuer:      a.issuer,
		Audience:    string(a.set.MTLS.OIDCAudience),
		Token:       a.enrolmentToken,
		HTTPTimeout: time.Duration(a.set.MTLS.Timeout),
		TTL:         time.Duration(a.set.MTLS.CertTTL),
		Rand:        a.opts.Rand,
		Now:         a.opts.Now,
		Logger:      a.log,
	})
}
