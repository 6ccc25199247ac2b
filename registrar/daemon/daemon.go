package daemon

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/boot"
)

// Daemon is one registrar. Make it with [New], run it once.
type Daemon struct {
	life  boot.Lifetime
	opts  Options
	log   *slog.Logger
	ready *admin.Readiness
	audit *audit.Recorder

	addr, adminAddr atomic.Value // net.Addr
	serving         chan struct{}
	self            did.DID // once it serves
}

// New returns a registrar that has done nothing yet.
func New(o Options) (*Daemon, error) {
	o = o.withDefaults()
	if err := boot.ShowBuild(o.Metrics, "registrar_build_info", o.Version); err != nil {
		return nil, err
	}
	ready := admin.NewReadiness(boot.Server, "starting")
	recorder, err := boot.NewRecorder(boot.Records{
		Log: o.Logger, Access: bool(o.Settings.Log.Access), Metrics: o.Metrics, Ready: ready,
	})
	if err != nil {
		return nil, err
	}
	d := &Daemon{opts: o, log: o.Logger, ready: ready, audit: recorder, serving: make(chan struct{})}
	d.life.OnStop(func(context.Context) error {
		recorder.Flush()
		return nil
	})
	return d, nil
}

// Run boots the registrar, serves until ctx ends, and stops what it started: it
// drains requests for at most LIMITS__DRAIN_TIMEOUT and joins every goroutine.
// It returns nil after a requested stop.
func (d *Daemon) Run(ctx context.Context) error {
	drain := time.Duration(d.opts.Settings.Limits.DrainTimeout)
	ctx, cancel := d.life.Until(ctx)
	defer cancel()
	err := d.untilDone(ctx)
	if ctx.Err() == nil {
		return errors.Join(err, d.life.Stop(drain)) // the start failed, and err says so
	}
	// Serving, or stopped while it was waiting for something.
	d.ready.SetReason(boot.Server, "stopping")
	d.log.Info("stopping", "drain", drain)
	err = errors.Join(boot.FailureOf(ctx), d.life.Stop(drain))
	d.log.Info("stopped")
	return err
}

// untilDone boots the registrar and serves until ctx ends.
func (d *Daemon) untilDone(ctx context.Context) error {
	who, err := d.boot(ctx)
	if err != nil {
		return err
	}
	d.self = who
	d.ready.SetReason(boot.Server, "")
	close(d.serving)
	d.log.Info("serving", "did", who, "address", d.Addr().String(), "mode", d.opts.Settings.Registrar.Mode, "version", d.opts.Version)
	d.life.Background("tell of readiness", func(context.Context) error { return boot.TellReady(ctx, d.ready, d.log) })
	<-ctx.Done()
	return nil
}

// Serving is closed when the registrar answers requests.
func (d *Daemon) Serving() <-chan struct{} { return d.serving }

// Addr returns the address of the registrar's port, nil before it is open.
func (d *Daemon) Addr() net.Addr { return load(&d.addr) }

// AdminAddr returns the address of the admin port, nil before it is open.
func (d *Daemon) AdminAddr() net.Addr { return load(&d.adminAddr) }

func load(v *atomic.Value) net.Addr {
	addr, _ := v.Load().(net.Addr)
	return addr
}

// DID returns the registrar's name once [Daemon.Serving] is closed.
func (d *Daemon) DID() did.DID { return d.self }
