package daemon

import (
	"context"
	"errors"
	"net"

	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/hydra"
	"github.com/getbindu/bindu-go/registrar/operator"
)

// newRegistry returns what decides, over the database and Hydra's admin API.
func (d *Daemon) newRegistry(who self, store registrar.Store) (*registrar.Registrar, error) {
	seen, err := d.openWitness(who)
	if err != nil {
		return nil, err
	}
	clients := hydra.New(d.hydraConfig())
	d.life.OnStop(func(context.Context) error { clients.Close(); return nil })
	cfg := registry(d.opts.Settings)
	cfg.Self, cfg.Key, cfg.Store, cfg.Recorder = who.DID, who.Key, store, d.audit
	cfg.Clients, cfg.Introspector, cfg.Witness = clients, clients, seen
	cfg.Logger, cfg.Now, cfg.Random = d.log, d.opts.Now, d.opts.Rand
	return registrar.New(cfg)
}

// openSocket lets the operator of this machine ask.
func (d *Daemon) openSocket(who self, registry *registrar.Registrar) error {
	ln, err := operator.Listen(who.home.Path(), d.log)
	if errors.Is(err, errors.ErrUnsupported) {
		d.log.Warn("this system does not say who asks on a socket: there are no commands for the operator", "error", err)
		return nil
	}
	if err != nil {
		return err
	}
	port := operator.Port(operator.NewHandler(registry, d.audit, d.log))
	port.Listener, port.Log = ln, d.log
	if err := d.life.Serve(port, operator.Grace); err != nil {
		return errors.Join(err, ln.Close())
	}
	return nil
}

// lookAfter begins to settle what was left, and to compare Hydra with the database.
func (d *Daemon) lookAfter(registry *registrar.Registrar) error {
	care, err := newCare(registry, d)
	if err != nil {
		return err
	}
	set := d.opts.Settings.Registrar
	d.life.Background("settle changes", every(set.SettleInterval, care.settle))
	d.life.Background("compare clients", care.compareAll(set.CompareInterval))
	return nil
}

// listen serves the registrar's port.
func (d *Daemon) listen(registry *registrar.Registrar, own *boot.Certificate) error {
	refused, err := boot.ConnectionsRefused(d.opts.Metrics)
	if err != nil {
		return err
	}
	ln, err := boot.Listen("NETWORK__HOST", "NETWORK__PORT", d.opts.Settings.Network.Addr())
	if err != nil {
		return err
	}
	p := port(d.opts.Settings)
	p.Listener, p.Handler, p.Name, p.Refused, p.Log, p.Now = ln, registry, "server", refused, d.log, d.opts.Now
	p.TLS = func(inner net.Listener) net.Listener { return own.Source().Listen(inner) }
	d.addr.Store(ln.Addr())
	if err := d.life.Serve(p, 0); err != nil {
		return errors.Join(err, ln.Close())
	}
	return nil
}
