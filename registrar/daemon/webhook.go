package daemon

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/webhook"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// caRoots are what the CA is believed by: those that a start began with, until
// our certificate is there, and then those that are kept up to date with it.
type caRoots struct {
	first  []*x509.Certificate
	source atomic.Pointer[mtls.Source]
}

func (r *caRoots) pool() *x509.CertPool {
	roots := r.first
	if source := r.source.Load(); source != nil {
		roots = source.Current().Roots
	}
	pool := x509.NewCertPool()
	for _, root := range roots {
		pool.AddCert(root)
	}
	return pool
}

// openWebhook answers step-ca before it is asked for our own certificate, about which
// it asks us. Where it does not ask, nothing is opened and the roots are nil.
func (d *Daemon) openWebhook(ctx context.Context, who self, registry *registrar.Registrar, issuer string) (*caRoots, error) {
	if !d.opts.Settings.Registrar.Asked() {
		return nil, nil
	}
	roots, err := d.fetchRoots(ctx, who, issuer)
	if err != nil {
		return nil, err
	}
	handler, err := d.newWebhook(who, registry, issuer)
	if err != nil {
		return nil, err
	}
	return roots, d.serveWebhook(handler, roots)
}

// fetchRoots asks the CA for nothing but its roots, which the settings vouch for. Where it
// does not answer they are those that came with our certificate, as long as that counts:
// agents that run need the registrar, and not the CA. Without one it waits for the CA.
func (d *Daemon) fetchRoots(ctx context.Context, who self, issuer string) (*caRoots, error) {
	cfg := authority(d.opts.Settings)
	cfg.DID, cfg.Issuer, cfg.Now, cfg.Logger = who.DID, issuer, d.opts.Now, d.log
	cfg.Token = func(context.Context) (string, error) { return "", errors.ErrUnsupported }
	ca, err := stepca.New(cfg)
	if err != nil {
		return nil, err
	}
	roots := new(caRoots)
	err = d.waits().Persist(ctx, boot.CA, func(ctx context.Context) (err error) {
		roots.first, err = ca.Roots(ctx)
		if errors.Is(err, mtls.ErrCAUnavailable) {
			if own, missing := who.home.Certificates(d.opts.Now).Load(who.DID, issuer); missing == nil {
				d.log.Warn("the CA does not answer: its roots are taken from disk", "reason", mtls.Reason(err), "error", err)
				roots.first, err = own.Roots, nil
			}
		}
		return err
	})
	return roots, err
}

func (d *Daemon) newWebhook(who self, registry *registrar.Registrar, issuer string) (*webhook.Handler, error) {
	cfg := hook(d.opts.Settings)
	cfg.Registry, cfg.Issuer, cfg.Self, cfg.Logger, cfg.Now = registry, issuer, who.DID, d.log, d.opts.Now
	counted := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "registrar_certificates_total",
		Help: "Certificates about which step-ca asked, by what was decided and why.",
	}, []string{"decision", "reason"})
	cfg.Decided = func(decision webhook.Decision) {
		made := "refused"
		if decision.Allowed() {
			made = "allowed"
		}
		counted.WithLabelValues(made, string(decision.Reason)).Inc()
	}
	if err := d.opts.Metrics.Register(counted); err != nil {
		return nil, err
	}
	return webhook.New(cfg)
}

// webhookGrace is what step-ca gets to receive its answer when the registrar stops.
const webhookGrace = 2 * webhook.Timeout

func (d *Daemon) serveWebhook(handler *webhook.Handler, roots *caRoots) error {
	set := d.opts.Settings
	cfg := hookTLS(d.opts.Settings)
	cfg.Roots, cfg.Logger, cfg.Now = roots.pool, d.log, d.opts.Now
	config, presented, err := webhook.NewTLS(cfg)
	if err != nil {
		return err
	}
	d.ready.Watch(func() (reason, warning string) { return "", expiring("webhook", presented.NotAfter(), d.opts.Now()) })
	ln, err := boot.Listen("NETWORK__WEBHOOK_HOST", "NETWORK__WEBHOOK_PORT", set.Network.WebhookAddr())
	if err != nil {
		return err
	}
	p := port(d.opts.Settings)
	p.Listener, p.Handler, p.Name, p.Log, p.Now = ln, handler, "webhook", d.log, d.opts.Now
	p.TLS = func(inner net.Listener) net.Listener {
		return mtls.Listen(inner, mtls.ListenerConfig{
			TLS: config, HandshakeTimeout: time.Duration(d.opts.Settings.Limits.HandshakeTimeout), OnReject: d.rejected, Now: d.opts.Now,
		})
	}
	if err := d.life.Serve(p, webhookGrace); err != nil {
		return errors.Join(err, ln.Close())
	}
	d.log.Info("webhook of step-ca open", "address", ln.Addr().String(), "url", string(set.Registrar.WebhookURL))
	return nil
}

// webhookNotice is how long before its end the webhook's certificate is warned of: it
// is replaced by hand.
const webhookNotice = 14 * 24 * time.Hour

// expiring is the warning about a listener's certificate that nobody renews by itself.
func expiring(of string, end, now time.Time) (warning string) {
	switch left := end.Sub(now); {
	case left <= 0:
		warning = of + "_certificate_expired"
	case left < webhookNotice:
		warning = of + "_certificate_expiring"
	}
	return warning
}

// announceOwn announces the key of our next certificate to ourselves, and to the other
// replicas, any of which step-ca may ask.
func announceOwn(registry *registrar.Registrar) func(context.Context, crypto.PublicKey) error {
	return func(ctx context.Context, key crypto.PublicKey) error {
		der, err := x509.MarshalPKIXPublicKey(key)
		if err != nil {
			return err
		}
		return registry.AnnounceOwn(ctx, sha256.Sum256(der))
	}
}
