package agent

import (
	"context"
	"time"

	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// certificate is ours, with the CA that renews it.
type certificate struct {
	keeper *mtls.Keeper
	ca     *stepca.Client
}

// source presents the certificate, nil where there is none.
func (c *certificate) source() *mtls.Source {
	if c == nil {
		return nil
	}
	return c.keeper.Source()
}

// obtainCertificate waits for the agent's certificate, from disk or from the CA,
// and has it kept up to date until the agent stops. Without mutual TLS there is
// none.
func (a *Agent) obtainCertificate(ctx context.Context, who self, c *client, i issuer) (*certificate, error) {
	if !a.opts.Settings.MTLS.Enabled {
		return nil, nil
	}
	ca, err := a.newCA(who, c, i)
	if err != nil {
		return nil, err
	}
	cfg := configs.Certificate(a.opts.Settings)
	cfg.DID, cfg.Source.Issuer = who.DID, i.ofCertificates
	cfg.Source.Now, cfg.Source.Logger, cfg.Source.OnReject = a.opts.Now, a.log, a.rejected
	cfg.CA, cfg.Store, cfg.RootsEvery = a.newCAWatch(ca), who.home.Certificates(a.opts.Now), a.opts.RootsEvery
	cfg.Passing, cfg.OnState = passing, a.renewalState
	cfg.Waiting = func(err error, pause time.Duration) { a.waiting(componentCA, err, pause) }
	keeper, err := mtls.NewKeeper(ctx, cfg)
	if err != nil {
		return nil, err
	}
	a.onStop(func(context.Context) error { return keeper.Close() })
	a.ready.set(componentCA, "")
	own := &certificate{keeper, ca}
	return own, a.observeCertificate(own)
}

func (a *Agent) newCA(who self, c *client, i issuer) (*stepca.Client, error) {
	cfg := configs.CA(a.opts.Settings)
	cfg.DID, cfg.Issuer = who.DID, i.ofCertificates
	cfg.Token = func(ctx context.Context) (string, error) { return c.enrolmentToken(ctx, cfg.Audience) }
	cfg.Announce = c.authority.announce
	cfg.Rand, cfg.Now, cfg.Logger = a.opts.Rand, a.opts.Now, a.log
	return stepca.New(cfg)
}
