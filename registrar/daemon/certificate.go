package daemon

import (
	"context"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/registrar"
)

// obtainCertificate waits for our certificate, from disk or from the CA, and has it
// kept up to date until the registrar stops.
func (d *Daemon) obtainCertificate(ctx context.Context, who self, p proofs, registry *registrar.Registrar, issuer string) (*boot.Certificate, error) {
	ca := authority(d.opts.Settings)
	ca.DID, ca.Issuer, ca.Rand = who.DID, issuer, d.opts.Rand
	ca.Token = func(ctx context.Context) (string, error) { return p.client.enrolmentToken(ctx, ca.Audience) }
	ca.Announce = announceOwn(registry)
	keeper := kept(d.opts.Settings)
	keeper.DID, keeper.Source.Issuer, keeper.Source.OnReject = who.DID, issuer, d.rejected
	keeper.Store = who.home.Certificates(d.opts.Now)
	own, err := boot.Obtain(ctx, &d.life, boot.Wanted{
		CA: ca, Keeper: keeper, Metrics: d.opts.Metrics, Ready: d.ready, Log: d.log, Now: d.opts.Now,
	})
	if err == nil && p.roots != nil {
		p.roots.source.Store(own.Source())
	}
	return own, err
}

// rejected records a failed handshake, of which no check of the registrar's hears.
func (d *Daemon) rejected(reason, remote string, err error) {
	d.audit.Record(context.Background(), audit.Event{
		Decision: audit.Refused, Gate: "tls", Reason: reason, Remote: remote, Cause: err,
	})
}
