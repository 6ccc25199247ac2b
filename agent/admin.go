package agent

import (
	"errors"
	"time"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/internal/configs"
)

// openAdmin starts the admin port before anything that may take long.
func (a *Agent) openAdmin() error {
	ln, err := boot.Listen("NETWORK__ADMIN_HOST", "NETWORK__ADMIN_PORT", a.opts.Settings.Network.AdminAddr())
	if err != nil {
		return err
	}
	cfg := configs.Admin(a.opts.Settings)
	cfg.Also = a.publicKeys()
	cfg.Listener, cfg.Readiness, cfg.Metrics, cfg.Log = ln, a.ready.Readiness, a.opts.Metrics, a.log
	port, err := admin.Port(cfg)
	if err == nil {
		err = a.serve(port, time.Second)
	}
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	a.adminAddr.Store(ln.Addr())
	a.log.Info("admin port open", "url", "http://"+ln.Addr().String()+"/readyz")
	return nil
}
