package mtls

import (
	"context"
	"crypto/x509"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// DefaultRenewBefore is how long before its expiry a certificate is replaced.
const DefaultRenewBefore = 8 * time.Hour

// RenewerConfig connects a [Renewer] with what it renews.
type RenewerConfig struct {
	// Source publishes what Enrol returns.
	Source *Source
	// Enrol obtains a new identity, with a fresh token and a fresh key; see [Enroller.Enrol].
	Enrol func(context.Context) (*Identity, error)
	// Save keeps it for the next start; see [DirStore.Save]. Nil saves nothing.
	Save func(*Identity) error
	// Unsaved tells that the identity of Source is not on disk yet because
	// saving it failed; Save is tried again from the start.
	Unsaved bool
	// Roots, if set, fetches the trusted CAs every RootsEvery, so that a CA
	// that was removed is refused soon; see [Enroller.Roots].
	Roots func(context.Context) ([]*x509.Certificate, error)
	// RootsEvery is 45 s by default.
	RootsEvery time.Duration
	// RenewBefore is DefaultRenewBefore by default.
	RenewBefore time.Duration
	// Jitter returns numbers in [0, 1); math/rand/v2 by default.
	Jitter func() float64
	// Now is the wall clock; time.Now by default.
	Now func() time.Time
	// Logger receives successes and failures; nothing is logged by default.
	Logger *slog.Logger
	// OnState is told of every change of state, from Run's goroutine.
	OnState func(State)
}

// Renewer replaces a certificate in time, by enrolling anew. When that fails it
// tries again until it works, past the expiry too.
type Renewer struct {
	cfg  RenewerConfig
	poke chan struct{}

	mu    sync.Mutex
	state State // as last reported
}

// checkEvery bounds how long the renewer sleeps: timers run on the monotonic
// clock, certificates expire by the wall clock, and the two part when the
// latter is set or the machine sleeps.
const checkEvery = time.Minute

// NewRenewer returns a Renewer for [Renewer.Run].
func NewRenewer(cfg RenewerConfig) *Renewer {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.RenewBefore <= 0 {
		cfg.RenewBefore = DefaultRenewBefore
	}
	if cfg.RootsEvery <= 0 {
		cfg.RootsEvery = 45 * time.Second
	}
	if cfg.Jitter == nil {
		cfg.Jitter = rand.Float64
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Save == nil {
		cfg.Save = func(*Identity) error { return nil }
	}
	r := &Renewer{cfg: cfg, poke: make(chan struct{}, 1)}
	id := cfg.Source.Current()
	r.state = State{Serial: id.Serial(), NotAfter: id.NotAfter()}
	return r
}

// State returns how renewal stands.
func (r *Renewer) State() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state
}

// RenewNow asks for a renewal at once; it does not wait for it.
func (r *Renewer) RenewNow() {
	select {
	case r.poke <- struct{}{}:
	default: // one is asked for already
	}
}

// Run renews until ctx ends and then returns ctx's error. An attempt under way
// is given up with ctx; what was issued but not yet saved is saved first.
func (r *Renewer) Run(ctx context.Context) error {
	l := r.newLoop()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			l.nextSave = time.Time{}
			l.save()
			return ctx.Err()
		case <-r.poke:
			l.asked = true
			l.next = time.Time{}
		case <-timer.C:
		}
		l.step(ctx)
		timer.Reset(l.pause())
	}
}
