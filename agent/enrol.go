package agent

import (
	"context"
	"time"

	"github.com/getbindu/bindu-go/internal/configs"
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
	cfg := configs.Certificate(a.set)
	cfg.DID, cfg.Source.Issuer = a.did, a.issuer
	cfg.Source.Now, cfg.Source.Logger, cfg.Source.OnReject = a.opts.Now, a.log, a.rejected
	cfg.CA, cfg.Store, cfg.RootsEvery = a.newCAWatch(), a.home.Certificates(a.opts.Now), a.opts.RootsEvery
	cfg.Passing, cfg.OnState = passing, a.renewalState
	cfg.Waiting = func(err error, pause time.Duration) { a.waiting(componentCA, err, pause) }
	a.keeper, err = mtls.NewKeeper(ctx, cfg)
	if err != nil {
		return err
	}
	a.onStop(func(context.Context) error { return a.keeper.Close() })
	a.ready.set(componentCA, "")
	return a.observeCertificate()
}

func (a *Agent) newCA() (*stepca.Client, error) {
	cfg := configs.CA(a.set)
	cfg.DID, cfg.Issuer, cfg.Token = a.did, a.issuer, a.enrolmentToken
	cfg.Rand, cfg.Now, cfg.Logger = a.opts.Rand, a.opts.Now, a.log
	return stepca.New(cfg)
}
