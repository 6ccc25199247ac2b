package agent

import (
	"context"
	"time"

	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/internal/configs"
)

// obtainCertificate waits for the agent's certificate, from disk or from the CA,
// and has it kept up to date until the agent stops. Without mutual TLS there is
// none.
func (a *Agent) obtainCertificate(ctx context.Context, who self, c *client, i issuer) (*boot.Certificate, error) {
	if !a.opts.Settings.MTLS.Enabled {
		return nil, nil
	}
	ca := configs.CA(a.opts.Settings)
	ca.DID, ca.Issuer, ca.Rand = who.DID, i.ofCertificates, a.opts.Rand
	ca.Token = func(ctx context.Context) (string, error) { return c.enrolmentToken(ctx, ca.Audience) }
	ca.Announce = c.authority.announce
	keeper := configs.Certificate(a.opts.Settings)
	keeper.DID, keeper.Source.Issuer, keeper.Source.OnReject = who.DID, i.ofCertificates, a.rejected
	keeper.Store, keeper.RootsEvery = who.home.Certificates(a.opts.Now), a.opts.RootsEvery
	return boot.Obtain(ctx, &a.life, boot.Wanted{
		CA: ca, Keeper: keeper, Metrics: a.opts.Metrics, Ready: a.ready.Readiness, Log: a.log, Now: a.opts.Now,
	})
}

// RenewCertificate asks for a new certificate at once and does not wait for it:
// when the key of the present one may be known to others, say. It may be called
// once [Agent.Serving] is closed; without mutual TLS it does nothing.
func (a *Agent) RenewCertificate() { a.is.certificate.Renew() }

// persist repeats a step that waits for an authority, and tells /readyz why.
func (a *Agent) persist(ctx context.Context, component string, try func(context.Context) error) error {
	return boot.Waits{Ready: a.ready.Readiness, Log: a.log}.Persist(ctx, component, try)
}

// onStop pushes what undoes a step; the last one is undone first.
func (a *Agent) onStop(f func(context.Context) error) { a.life.OnStop(f) }

// background runs f until the agent stops; an error ends the agent.
func (a *Agent) background(what string, f func(context.Context) error) { a.life.Background(what, f) }

func (a *Agent) stop(drain time.Duration) error { return a.life.Stop(drain) }
