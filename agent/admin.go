package agent

import (
	"errors"
	"net"
	"time"

	"github.com/getbindu/bindu-go/admin"
)

// openAdmin starts the admin port before anything that may take long.
func (a *Agent) openAdmin() error {
	addr := a.set.Network.AdminAddr()
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return listenError("NETWORK__ADMIN_HOST", "NETWORK__ADMIN_PORT", addr, err)
	}
	port, err := admin.Port(admin.Config{
		Listener:  ln,
		Hosts:     append([]string{string(a.set.Network.AdminHost)}, a.set.Network.AdminHosts...),
		Readiness: a.ready.Readiness,
		Metrics:   a.metrics,
		Log:       a.log,
	})
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
