package mtls

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

// KeeperConfig connects a [Keeper] with what it keeps. DID, CA, Store,
// RenewBefore and the Issuer of Source are required.
type KeeperConfig struct {
	// DID is the name that the certificate must carry.
	DID did.DID
	// Source says how peers are treated. Its clock and log are the Keeper's, too.
	Source SourceConfig
	CA     Enroller
	Store  Store
	// Passing reports whether a failure may end by itself while there is no
	// certificate yet; one that cannot ends [NewKeeper]. Nil: every one may.
	Passing func(error) bool
	// Waiting is told of every failure that may pass, with the pause that
	// follows; nil logs them. Later failures are told to OnState.
	Waiting func(err error, pause time.Duration)
	// RootsEvery is how often the roots are fetched, so that a CA that was
	// removed is refused soon; 45 s by default.
	RootsEvery time.Duration
	// RenewBefore is how long before its expiry a certificate is replaced.
	RenewBefore time.Duration
	// Jitter returns numbers in [0, 1); math/rand/v2 by default.
	Jitter func() float64
	// OnState is told of every change of state, from the Keeper's goroutine.
	OnState func(State)
}

// Keeper keeps a certificate: it takes it from the store or obtains it,
// publishes it, replaces it in time by enrolling anew, saves each, and follows
// the roots of the CA. When renewal fails it tries again until it works, past
// the expiry too. It is ready when [NewKeeper] returns; close it when done.
type Keeper struct {
	cfg    KeeperConfig
	source *Source // nil until ready
	poke   chan struct{}
	ready  chan struct{} // closed once there is a certificate

	cancel context.CancelFunc
	done   chan struct{} // closed when the loop has ended
	failed error         // why it ended before it was ready; read after done

	mu    sync.Mutex
	state State // as last reported
}

// checkEvery bounds how long the Keeper sleeps: timers run on the monotonic
// clock, certificates expire by the wall clock, and the two part when the
// latter is set or the machine sleeps.
const checkEvery = time.Minute

// NewKeeper returns once there is a certificate: that of the store if it can be
// used, else one that the CA gives, for which it waits as long as it takes.
//
// Errors: those of Store.Load but [ErrNoIdentity]; those of Enrol that do not
// pass; the last one, or else the cause of ctx, when ctx ends first.
func NewKeeper(ctx context.Context, cfg KeeperConfig) (*Keeper, error) {
	if cfg.DID.IsZero() || cfg.CA == nil || cfg.Store == nil || cfg.Source.Issuer == "" || cfg.RenewBefore <= 0 {
		return nil, errors.New("mtls: a keeper needs a DID, an issuer, a CA, a store and the time to renew")
	}
	k := &Keeper{cfg: cfg.withDefaults(), poke: make(chan struct{}, 1), ready: make(chan struct{}), done: make(chan struct{})}
	if err := k.load(); err != nil {
		return nil, err
	}
	own, cancel := context.WithCancel(context.Background())
	k.cancel = cancel
	go func() {
		defer close(k.done)
		k.failed = k.run(own)
	}()
	select {
	case <-k.ready:
		return k, nil
	case <-k.done:
	case <-ctx.Done():
	}
	_ = k.Close() // it has nothing to fail with
	return nil, cmp.Or(k.failed, context.Cause(ctx))
}

func (cfg KeeperConfig) withDefaults() KeeperConfig {
	cfg.Source = cfg.Source.withDefaults()
	cfg.RootsEvery = cmp.Or(max(cfg.RootsEvery, 0), 45*time.Second)
	if cfg.Jitter == nil {
		cfg.Jitter = rand.Float64
	}
	if cfg.Passing == nil {
		cfg.Passing = func(error) bool { return true }
	}
	if cfg.Waiting == nil {
		cfg.Waiting = func(err error, pause time.Duration) {
			cfg.Source.Logger.Warn("waiting for a certificate", "reason", Reason(err), "error", err, "retry_in", pause)
		}
	}
	return cfg
}

// load publishes the identity of the store, if there is one that can be used.
func (k *Keeper) load() error {
	id, err := k.cfg.Store.Load(k.cfg.DID, k.cfg.Source.Issuer)
	switch {
	case errors.Is(err, ErrNoIdentity):
		k.log().Info("no usable certificate on disk", "why", err)
		return nil
	case err != nil:
		return err
	}
	k.log().Info("certificate taken from disk", "serial", id.Serial(), "not_after", id.NotAfter())
	if err := k.publish(id); errors.Is(err, ErrExpired) {
		k.log().Warn("the certificate has ended meanwhile", "not_after", id.NotAfter())
		return nil
	} else if err != nil {
		return err
	}
	close(k.ready)
	return nil
}

// publish presents id from now on.
func (k *Keeper) publish(id *Identity) error {
	if k.source != nil {
		return k.source.Swap(id)
	}
	source, err := NewSource(id, k.cfg.Source)
	if err != nil {
		return err
	}
	if source.DID() != k.cfg.DID {
		return fmt.Errorf("%w: %s instead of %s", ErrOtherDID, source.DID(), k.cfg.DID)
	}
	k.source = source
	k.state = State{Serial: id.Serial(), NotAfter: id.NotAfter()}
	return nil
}

func (k *Keeper) log() *slog.Logger { return k.cfg.Source.Logger }

// Source returns what presents the certificate that is current, through all
// renewals. It outlives the Keeper, with the last certificate.
func (k *Keeper) Source() *Source { return k.source }

// State returns how renewal stands.
func (k *Keeper) State() State {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state
}

// RenewNow asks for a renewal at once; it does not wait for it.
func (k *Keeper) RenewNow() {
	select {
	case k.poke <- struct{}{}:
	default: // one is asked for already
	}
}

// Close stops renewing and waits for that. An attempt under way is given up;
// what was issued but not yet saved is saved first. It may be called again.
func (k *Keeper) Close() error {
	k.cancel()
	<-k.done
	return nil
}
