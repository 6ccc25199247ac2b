package daemon

import (
	"errors"
	"net"
	"time"

	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/webhook"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// listenReference answers agents of the reference, where there is a URL for them. They
// look at names of hosts, which our certificate has none of: the listener has its own.
func (d *Daemon) listenReference(registry *registrar.Registrar) error {
	set := d.opts.Settings
	if !set.Registrar.Refers() {
		return nil
	}
	cfg := referenceTLS(set)
	cfg.Logger, cfg.Now = d.log, d.opts.Now
	config, presented, err := webhook.NewServerTLS(cfg)
	if err != nil {
		return err
	}
	d.ready.Watch(func() (reason, warning string) { return "", expiring("reference", presented.NotAfter(), d.opts.Now()) })
	ln, err := boot.Listen("NETWORK__REFERENCE_HOST", "NETWORK__REFERENCE_PORT", set.Network.ReferenceAddr())
	if err != nil {
		return err
	}
	p := port(set)
	p.Listener, p.Handler, p.Name, p.Log, p.Now = ln, registry.Reference(), "reference", d.log, d.opts.Now
	p.TLS = func(inner net.Listener) net.Listener {
		return mtls.Listen(inner, mtls.ListenerConfig{
			TLS: config, HandshakeTimeout: time.Duration(set.Limits.HandshakeTimeout), OnReject: d.rejected, Now: d.opts.Now,
		})
	}
	if err := d.life.Serve(p, 0); err != nil {
		return errors.Join(err, ln.Close())
	}
	d.log.Info("agents of the reference are answered", "address", ln.Addr().String(), "url", string(set.Registrar.ReferenceURL)+registrar.PathReference+"TOKEN")
	return nil
}
