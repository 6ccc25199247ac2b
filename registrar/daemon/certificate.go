package daemon

import (
	"context"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/internal/boot"
)

// obtainCertificate waits for our certificate, from disk or from the CA, and has it
// kept up to date until the registrar stops.
func (d *Daemon) obtainCertificate(ctx context.Context, who self, own *client, issuer string) (*boot.Certificate, error) {
	ca := authority(d.opts.Settings)
	ca.DID, ca.Issuer, ca.Rand = who.DID, issuer, d.opts.Rand
	ca.Token = func(ctx context.Context) (string, error) { return own.enrolmentToken(ctx, ca.Audience) }
	keeper := kept(d.opts.Settings)
	keeper.DID, keeper.Source.Issuer, keeper.Source.OnReject = who.DID, issuer, d.rejected
	keeper.Store = who.home.Certificates(d.opts.Now)
	return boot.Obtain(ctx, &d.life, boot.Wanted{
		CA: ca, Keeper: keeper, Metrics: d.opts.Metrics, Ready: d.ready, Log: d.log, Now: d.opts.Now,
	})
}

// rejected records a failed handshake, of which no check of the registrar's hears.
func (d *Daemon) rejected(reason, remote string, err error) {
	d.audit.Record(context.Background(), audit.Event{
		Decision: audit.Refused, Gate: "tls", Reason: reason, Remote: remote, Cause: err,
	})
}
