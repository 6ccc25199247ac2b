package agent

import (
	"context"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/getbindu/bindu-go/egress"
	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/peer"
)

// componentPeers is the file of peers on /readyz.
const componentPeers = "egress_peers"

// egressGrace is how long calls of local programs may go on at a stop, when what the agent
// itself was asked has ended.
const egressGrace = 5 * time.Second

// openEgress opens what programs of this machine call other agents through, if the
// settings name anything.
func (a *Agent) openEgress(ctx context.Context, is standing) error {
	if !a.opts.Settings.Egress.Enabled() {
		return nil
	}
	peers, err := openPeers(a.opts.Settings)
	if err != nil {
		return err
	}
	a.follow(&followed{what: componentPeers, path: string(a.opts.Settings.Egress.PeersFile), reload: peers.Reload})
	client, err := a.client(is, func(c *peer.Config) { c.Keys = peers.Keys(c.Keys) })
	if err != nil {
		return err
	}
	a.onStop(func(context.Context) error { return client.Close() })
	cfg := configs.Egress(a.opts.Settings)
	if cfg.Pins, err = is.home.Pins(); err != nil {
		return err
	}
	cfg.Client, cfg.Peers, cfg.Recorder, cfg.Metrics = client, peers, a.audit, a.opts.Metrics
	cfg.Now, cfg.Rand, cfg.Log = a.opts.Now, a.opts.Rand, a.log
	local, err := egress.New(cfg)
	if err != nil {
		return err
	}
	if err := errors.Join(a.openEgressPort(is.home, local), a.openEgressSocket(ctx, local)); err != nil {
		return err
	}
	a.onStop(func(context.Context) error {
		local.EndStreams()
		return nil
	})
	return nil
}

// openEgressPort serves the port of local programs, if there is one.
func (a *Agent) openEgressPort(h *home.Home, local *egress.Egress) error {
	addr := a.opts.Settings.Egress.Addr()
	if addr == "" {
		return nil
	}
	secret, err := h.LocalSecret(a.opts.Rand)
	if err != nil {
		return err
	}
	ln, err := boot.Listen("EGRESS__PORT", "EGRESS__PORT", addr)
	if err != nil {
		return err
	}
	if err := a.serveEgress(ln, local.Port(secret)); err != nil {
		ln.Close()
		return err
	}
	a.egressAddr.Store(ln.Addr())
	a.log.Info("local programs may call other agents", "url", "http://"+ln.Addr().String()+"/peer/NAME/", "secret", filepath.Join(h.Path(), home.SecretFile))
	return nil
}

func (a *Agent) serveEgress(ln net.Listener, handler http.Handler) error {
	port := configs.EgressPort(a.opts.Settings)
	port.Listener, port.Handler, port.Name = ln, handler, "egress"
	return a.serve(port, egressGrace)
}

// EgressAddr returns the address of the port of local programs, nil before it is open.
func (a *Agent) EgressAddr() net.Addr { return load(&a.egressAddr) }
