package agent

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/assertion"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/push"
)

// Agent is one agent on the network. Make it with [New], run it once.
type Agent struct {
	life  boot.Lifetime
	opts  Options
	log   *slog.Logger
	ready *readiness
	audit *audit.Recorder
	files *followedFiles

	started         time.Time
	addr, adminAddr atomic.Value // net.Addr
	egressAddr      atomic.Value // net.Addr
	serving         chan struct{}
	is              standing // once it serves

	keys    gate.KeyResolver                 // of callers and peers, once the gates are armed
	vouches atomic.Pointer[assertion.Issuer] // to what is behind us; nil until there is a name to do it in

	sender  *push.Sender // nil where there are no webhooks
	revoked *revocations // nil where nobody tells of them
	rules   gate.Policy  // nil where there are none
}

// New returns an agent that has done nothing yet.
func New(o Options) (*Agent, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	if err := boot.ShowBuild(o.Metrics, "agent_build_info", o.Version); err != nil {
		return nil, err
	}
	ready := newReadiness()
	recorder, err := newRecorder(o, ready)
	if err != nil {
		return nil, err
	}
	files, err := newFollowedFiles(o.Metrics)
	if err != nil {
		return nil, err
	}
	a := &Agent{
		opts: o, log: o.Logger, audit: recorder, ready: ready, files: files,
		started: o.Now(), serving: make(chan struct{}),
	}
	a.onStop(func(context.Context) error {
		recorder.Flush()
		return nil
	})
	return a, nil
}

// Run boots the agent, serves until ctx ends, and stops what it started: it
// drains requests for at most LIMITS__DRAIN_TIMEOUT and joins every goroutine.
// It returns nil after a requested stop.
func (a *Agent) Run(ctx context.Context) error {
	drain := time.Duration(a.opts.Settings.Limits.DrainTimeout)
	ctx, cancel := a.life.Until(ctx)
	defer cancel()
	err := a.untilDone(ctx)
	if ctx.Err() == nil {
		return errors.Join(err, a.stop(drain)) // the start failed, and err says so
	}
	// Serving, or stopped while it was waiting for something.
	a.ready.set(boot.Server, "stopping")
	a.log.Info("stopping", "drain", drain)
	err = errors.Join(boot.FailureOf(ctx), a.stop(drain))
	a.log.Info("stopped")
	return err
}

// untilDone boots the agent and serves until ctx ends.
func (a *Agent) untilDone(ctx context.Context) (err error) {
	if a.is, err = a.boot(ctx); err != nil {
		return err
	}
	a.ready.set(boot.Server, "")
	close(a.serving)
	a.log.Info("serving", "did", a.is.DID, "url", a.is.url, "mode", configs.Gates(a.opts.Settings).Mode, "authority", AuthorityOf(a.opts.Settings), "version", a.opts.Version)
	a.background("tell of readiness", func(context.Context) error { return boot.TellReady(ctx, a.ready.Readiness, a.log) })
	<-ctx.Done()
	return nil
}

// Serving is closed when the agent answers requests.
func (a *Agent) Serving() <-chan struct{} { return a.serving }

// Addr returns the address of the private port, nil before it is open.
func (a *Agent) Addr() net.Addr { return load(&a.addr) }

// AdminAddr returns the address of the admin port, nil before it is open.
func (a *Agent) AdminAddr() net.Addr { return load(&a.adminAddr) }

func load(v *atomic.Value) net.Addr {
	addr, _ := v.Load().(net.Addr)
	return addr
}

// DID returns the agent's name once [Agent.Serving] is closed.
func (a *Agent) DID() did.DID { return a.is.DID }

// URL returns the address that peers are told, once [Agent.Serving] is closed.
func (a *Agent) URL() string { return a.is.url }
