package agent

import (
	"context"
	"errors"
	"syscall"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/internal/boot"
)

// checkEgressPort looks for the port of local programs.
func (p preflight) checkEgressPort() error {
	addr := p.given.Settings.Egress.Addr()
	if addr == "" {
		return nil
	}
	return p.checkBind("EGRESS__PORT", "EGRESS__PORT", addr)
}

// checkEgressSocket looks for the place of the socket of local programs.
func (p preflight) checkEgressSocket() error {
	path := string(p.given.Settings.Egress.Socket)
	if path == "" {
		return nil
	}
	err := checkSocket(p.ctx, path)
	if p.running() && errors.Is(err, errSocketInUse) {
		return nil
	}
	return err
}

func (p preflight) checkPort() error {
	if p.given.OutwardsOnly {
		return nil
	}
	return p.checkBind("NETWORK__HOST", "NETWORK__PORT", p.given.Settings.Network.Addr())
}

func (p preflight) checkAdminPort() error {
	return p.checkBind("NETWORK__ADMIN_HOST", "NETWORK__ADMIN_PORT", p.given.Settings.Network.AdminAddr())
}

// checkBind looks whether a port can be had. One that is in use counts as the
// running agent's own while the directory has one; a second start in it is
// refused for that, and not for its ports.
func (p preflight) checkBind(host, port, addr string) error {
	err := boot.CanBind(p.ctx, host, port, addr)
	if errors.Is(err, syscall.EADDRINUSE) && p.running() {
		return nil
	}
	return err
}

func (p preflight) running() bool {
	h, err := home.Look(string(p.given.Settings.Agent.Dir), p.given.Home...)
	if err != nil {
		return false
	}
	serving, err := h.Serving()
	return serving && err == nil
}

// checkPrivatePort looks for the private port before anything is registered; it
// is opened only when every gate is armed.
func (a *Agent) checkPrivatePort(ctx context.Context) error {
	return boot.CanBind(ctx, "NETWORK__HOST", "NETWORK__PORT", a.opts.Settings.Network.Addr())
}

// ListenError says which port could not be opened and which setting names it.
type ListenError = boot.ListenError
