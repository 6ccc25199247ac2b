package agent

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/brief"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/oauth/oidc"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// Options are what an agent is made of beside its settings.
type Options struct {
	// Settings say everything an operator decides.
	Settings settings.Settings
	// Executor answers messages; nil is the backend that the settings name.
	Executor task.Executor
	// Guard is a command that calls backend.Guard with its standard input: the
	// exec backend has it kill what its commands started when this process is
	// killed. Without one only the commands themselves are killed, on Linux.
	Guard []string
	// Logger takes what an operator should know; nil discards it.
	Logger *slog.Logger
	// Metrics takes the counters; nil is a registry of the agent's own, which
	// also has what the Go runtime and the system say of the process.
	Metrics *prometheus.Registry
	// Rand is the source of keys, secrets and nonces; nil is crypto/rand.
	Rand io.Reader
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// FS is the file system of the agent's directory; nil is the real one.
	FS safefile.FS
	// Issuers reaches the token issuers that AUTH__PROVIDER=auth0|oidc and
	// AUTH__CLIENT_ID name; nil is a client of the agent's own, which trusts
	// AUTH__ISSUER_CA_FILE. It is never used for anything else.
	Issuers *http.Client
	// RootsEvery is how often the roots of the CA are fetched; zero is every 45
	// seconds, so that a root that was removed is distrusted within a minute.
	RootsEvery time.Duration
	// ProbeEvery is about how often Hydra is asked whether it answers; four times
	// as long passes between two looks at our own client there. Zero is every 15
	// seconds.
	ProbeEvery time.Duration
	// Takeover lets the agent replace a registration of its DID that is not
	// known to be its own; see [hydra.WithTakeover].
	Takeover bool
	// Recreate lets the agent register its client again after it was deleted at
	// Hydra; see [hydra.WithRecreate].
	Recreate bool
}

// Agent is one agent on the network. Make it with [New], run it once.
type Agent struct {
	opts    Options
	set     settings.Settings
	log     *slog.Logger
	metrics *prometheus.Registry
	ready   *readiness
	audit   *audit.Recorder

	dir         *safefile.Dir
	key         *did.KeyPair
	fresh       bool // the key is of this start: nothing was ever accepted
	did         did.DID
	url         string
	issuer      string       // before the # in certificates
	tokenIssuer string       // of bearer tokens
	ln          net.Listener // bound before it is served, when the port was 0
	credentials *hydra.Credentials
	registrar   *hydra.Registrar // nil without Hydra
	client      *clientWatch     // nil without Hydra
	tokens      *hydra.TokenSource
	jwt         *oidc.Verifier // nil where Hydra judges tokens
	ownToken    func(context.Context) (string, error)
	policy      gate.Policy // nil without rules
	ca          *stepca.Client
	keeper      *mtls.Keeper // of the certificate; nil without mutual TLS
	tasks       *task.Service
	replay      *replay.Store
	keyMemory   *keymemory.Memory                 // nil where none is kept
	keys        atomic.Pointer[hydra.KeyResolver] // nil without Hydra, and until the gates are armed
	handler     http.Handler
	started     time.Time

	followedMu sync.Mutex
	followed   []*followed
	stale      *prometheus.GaugeVec

	addr, adminAddr atomic.Value // net.Addr
	serving         chan struct{}
	fail            func(error)
	closers         []func(context.Context) error
}

// ListenError says which port could not be opened and which setting names it.
type ListenError struct {
	Setting, Addr string
	Err           error
}

// Error names the setting to change.
func (e *ListenError) Error() string {
	if strings.HasSuffix(e.Setting, "_HOST") {
		return fmt.Sprintf("%s: listen on %s: %v; name an address of this machine, or 0.0.0.0 for all of them", e.Setting, e.Addr, e.Err)
	}
	return fmt.Sprintf("listen on %s: %v; choose another %s, or 0 for any free port", e.Addr, e.Err, e.Setting)
}

// Unwrap returns the cause.
func (e *ListenError) Unwrap() error { return e.Err }

// New returns an agent that has done nothing yet.
func New(o Options) (*Agent, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Logger = slog.New(brief.Handler(o.Logger.Handler()))
	if o.Metrics == nil {
		o.Metrics = admin.NewRegistry()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.ProbeEvery <= 0 {
		o.ProbeEvery = probeEvery
	}
	ready := newReadiness()
	recorder, err := newRecorder(o, ready)
	if err != nil {
		return nil, err
	}
	stale, err := newStale(o.Metrics)
	if err != nil {
		return nil, err
	}
	a := &Agent{
		opts: o, set: o.Settings, log: o.Logger, metrics: o.Metrics, audit: recorder,
		ready: ready, started: o.Now(), stale: stale,
		serving: make(chan struct{}),
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
func (a *Agent) Run(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, a.stop()) }()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	a.fail = func(err error) { cancel(&failure{err}) }
	if err := a.boot(ctx); err != nil {
		if ctx.Err() != nil {
			return failureOf(ctx) // stopped while it was waiting for something
		}
		return err
	}
	a.ready.set(componentServer, "")
	close(a.serving)
	a.log.Info("serving", "did", a.did, "url", a.url, "mode", a.mode())
	<-ctx.Done()
	a.ready.set(componentServer, "stopping")
	a.log.Info("stopping", "drain", time.Duration(a.set.Limits.DrainTimeout))
	return failureOf(ctx)
}

// failure ends a run because one of its goroutines failed.
type failure struct{ err error }

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// failureOf returns why the run failed, nil when it was asked to stop.
func failureOf(ctx context.Context) error {
	var f *failure
	if errors.As(context.Cause(ctx), &f) {
		return f.err
	}
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
func (a *Agent) DID() did.DID { return a.did }

// URL returns the address that peers are told, once [Agent.Serving] is closed.
func (a *Agent) URL() string { return a.url }

// onStop pushes what undoes a step; stop runs the last one first.
func (a *Agent) onStop(f func(context.Context) error) { a.closers = append(a.closers, f) }

// stop undoes every step that was taken.
func (a *Agent) stop() error {
	// The requests get the whole time; what comes after them is quick.
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(a.set.Limits.DrainTimeout))
	defer cancel()
	var errs []error
	for len(a.closers) > 0 {
		last := len(a.closers) - 1
		f := a.closers[last]
		a.closers = a.closers[:last]
		errs = append(errs, f(ctx))
	}
	return errors.Join(errs...)
}

// background runs f until the agent stops; an error ends the agent.
func (a *Agent) background(what string, f func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := f(ctx); err != nil && ctx.Err() == nil {
			a.fail(fmt.Errorf("%s: %w", what, err))
		}
	})
	a.onStop(func(context.Context) error {
		cancel()
		wg.Wait()
		return nil
	})
}
