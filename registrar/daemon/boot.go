package daemon

import (
	"context"
	"fmt"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/registrar"
)

// self is who the registrar is, in a directory that it has for itself.
type self struct {
	home.Identity
	home *home.Home
}

// boot takes the steps of a start in order. Each takes what those before it
// returned. The operator can work as soon as there is a database: it is the
// authorities that a start may have to wait for.
func (d *Daemon) boot(ctx context.Context) (did.DID, error) {
	if err := d.step("check the settings", Preflight(ctx, d.opts.Settings)); err != nil {
		return did.DID{}, err
	}
	who, err := d.become(ctx)
	if err != nil {
		return did.DID{}, err
	}
	if err := d.takeAddress(ctx); err != nil {
		return did.DID{}, err
	}
	registry, err := d.openRegistry(ctx, who)
	if err != nil {
		return did.DID{}, err
	}
	proofs, err := d.getProofs(ctx, who, registry)
	if err != nil {
		return did.DID{}, err
	}
	return who.DID, d.open(registry, proofs)
}

// become finds out who the registrar is.
func (d *Daemon) become(ctx context.Context) (self, error) {
	dir, err := d.lockDirectory(ctx)
	if err := d.step("lock the directory", err); err != nil {
		return self{}, err
	}
	id, err := d.loadIdentity(dir)
	if err := d.step("load the identity", err); err != nil {
		return self{}, err
	}
	err = dir.Record(id, d.keyPassword())
	return self{Identity: id, home: dir}, d.step("record the identity", err)
}

// takeAddress opens the admin port, and looks whether the other one can be had.
func (d *Daemon) takeAddress(ctx context.Context) error {
	if err := d.step("open the admin port", d.openAdmin()); err != nil {
		return err
	}
	err := boot.CanBind(ctx, "NETWORK__HOST", "NETWORK__PORT", d.opts.Settings.Network.Addr())
	return d.step("look for the port", err)
}

// openRegistry opens the database and, over it, what decides and what the operator asks.
func (d *Daemon) openRegistry(ctx context.Context, who self) (*registrar.Registrar, error) {
	store, err := d.openStore(ctx, who)
	if err := d.step("open the database", err); err != nil {
		return nil, err
	}
	registry, err := d.newRegistry(who, store)
	if err := d.step("make the registrar", err); err != nil {
		return nil, err
	}
	if err := d.step("look at the epoch of the database", checkEpoch(ctx, registry)); err != nil {
		return nil, err
	}
	return registry, d.step("open the operator's socket", d.openSocket(who, registry))
}

// proofs are what the registrar proves itself with, and what it believes the CA by.
type proofs struct {
	client      *client
	certificate *boot.Certificate
	roots       *caRoots // nil where step-ca does not ask
}

// getProofs waits for Hydra and the CA, until there is what the registrar proves
// itself with. step-ca is answered before, since it asks about our certificate too.
func (d *Daemon) getProofs(ctx context.Context, who self, registry *registrar.Registrar) (p proofs, err error) {
	p.client, err = d.reconcile(ctx, who)
	if err := d.step("reconcile the Hydra client", err); err != nil {
		return p, err
	}
	issuer, err := d.learnIssuer(ctx)
	if err := d.step("learn the issuer", err); err != nil {
		return p, err
	}
	p.roots, err = d.openWebhook(ctx, who, registry, issuer)
	if err := d.step("open the webhook of step-ca", err); err != nil {
		return p, err
	}
	p.certificate, err = d.obtainCertificate(ctx, who, p, registry, issuer)
	return p, d.step("obtain a certificate", err)
}

// open opens the port, and begins what goes on beside it.
func (d *Daemon) open(registry *registrar.Registrar, p proofs) error {
	if err := d.step("listen", d.listen(registry, p.certificate)); err != nil {
		return err
	}
	d.life.Background("tell of revocations", registry.Broadcast) // it stops before the port, so that streams end
	if err := d.step("show the streams", d.showStreams(registry)); err != nil {
		return err
	}
	if err := d.step("listen for agents of the reference", d.listenReference(registry)); err != nil {
		return err
	}
	d.life.Background("watch our client", p.client.watch.Run)
	if err := d.step("look for side doors", d.watchDoors(p.roots, p.certificate)); err != nil {
		return err
	}
	return d.step("look after the clients", d.lookAfter(registry))
}

// step names the step that failed, and tells of one that was taken.
func (d *Daemon) step(name string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	d.log.Debug("boot", "step", name)
	return nil
}
