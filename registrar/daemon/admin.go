package daemon

import (
	"errors"
	"time"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/internal/boot"
)

// openAdmin starts the admin port before anything that may take long.
func (d *Daemon) openAdmin() error {
	ln, err := boot.Listen("NETWORK__ADMIN_HOST", "NETWORK__ADMIN_PORT", d.opts.Settings.Network.AdminAddr())
	if err != nil {
		return err
	}
	cfg := adminPort(d.opts.Settings)
	cfg.Listener, cfg.Readiness, cfg.Metrics, cfg.Log = ln, d.ready, d.opts.Metrics, d.log
	p, err := admin.Port(cfg)
	if err == nil {
		p.Now = d.opts.Now
		err = d.life.Serve(p, time.Second)
	}
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	d.adminAddr.Store(ln.Addr())
	d.log.Info("admin port open", "url", "http://"+ln.Addr().String()+"/readyz")
	return nil
}
