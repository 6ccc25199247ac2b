package hydra

import (
	"context"
	"errors"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"github.com/getbindu/bindu-go/oauth"
	"github.com/maypok86/otter/v2"
)

// answer is what a load found out, and until when it holds.
type answer[V any] struct {
	value V
	// refresh is when the next use loads it again in the background.
	refresh time.Time
	// expire is when it must not be used any more.
	expire time.Time
}

// loader asks Hydra. Its context ends with the cache, not with a caller.
// An error that [uncertain] recognises says nothing about the value.
type loader[V any] func(context.Context) (answer[V], error)

// uncertain reports that Hydra could not be asked or answered nonsense.
func uncertain(err error) bool {
	return errors.Is(err, oauth.ErrUnavailable) || errors.Is(err, oauth.ErrInvalidResponse)
}

// ahead is a bounded cache of answers that cost a request each. A hit waits for
// nothing: a value in use is loaded again in the background before it expires.
// Concurrent first uses of a key share one load. Errors are not cached.
type ahead[K comparable, V any] struct {
	now     func() time.Time
	pause   time.Duration // between failed background loads of one key
	entries *otter.Cache[K, *entry[V]]
	crew    *crew
	slots   chan struct{} // bounds the background loads
	// admit may keep a caller's first use of a key waiting, or refuse it.
	admit func(context.Context) (leave func(), err error)

	mu      sync.Mutex // taken on misses only
	flights map[K]*flight[V]
}

// entry is immutable but for the flag.
type entry[V any] struct {
	answer[V]
	asked     time.Time // when the request behind it began: it may be as old as that
	refreshed atomic.Bool
}

const backgroundLoads = 32

// newAhead returns a cache of size values.
func newAhead[K comparable, V any](size int, now func() time.Time, pause time.Duration) *ahead[K, V] {
	return newWeighed[K](size, func(V) uint32 { return 1 }, now, pause)
}

// newWeighed returns a cache of values that weigh no more than size together.
func newWeighed[K comparable, V any](size int, weigh func(V) uint32, now func() time.Time, pause time.Duration) *ahead[K, V] {
	return &ahead[K, V]{
		now: now, pause: pause, crew: newCrew(),
		slots:   make(chan struct{}, backgroundLoads),
		admit:   func(context.Context) (func(), error) { return func() {}, nil },
		flights: make(map[K]*flight[V]),
		// Expiry is checked here, by the injected clock, so the cache itself
		// needs neither timers nor goroutines.
		entries: otter.Must(&otter.Options[K, *entry[V]]{
			MaximumWeight: uint64(size),
			Weigher:       func(_ K, e *entry[V]) uint32 { return weigh(e.value) },
			Executor:      func(maintain func()) { maintain() },
		}),
	}
}

// freshness is what peek knows about a key.
type freshness int

const (
	missing freshness = iota // nothing that may be used
	fresh
	due // may be used, and should be loaded again
)

// peek looks a key up without waiting. It answers due to one caller per
// refresh, who then calls renew.
func (a *ahead[K, V]) peek(key K) (V, freshness) {
	now := a.now()
	e, ok := a.usable(key, now)
	if !ok {
		var none V
		return none, missing
	}
	if !now.Before(e.refresh) && e.refreshed.CompareAndSwap(false, true) {
		return e.value, due
	}
	return e.value, fresh
}

func (a *ahead[K, V]) usable(key K, now time.Time) (*entry[V], bool) {
	e, ok := a.entries.GetIfPresent(key)
	return e, ok && now.Before(e.expire)
}

// last returns the last value known for key, expired or not.
func (a *ahead[K, V]) last(key K) (V, bool) {
	e, ok := a.entries.GetEntryQuietly(key)
	if !ok {
		var none V
		return none, false
	}
	return e.Value.value, true
}

// load asks and keeps what was found out.
func (a *ahead[K, V]) load(ctx context.Context, key K, load loader[V]) (V, error) {
	asked := a.now()
	found, err := load(ctx)
	if err != nil {
		if !uncertain(err) {
			a.expire(key, asked)
		}
		var none V
		return none, err
	}
	a.store(key, asked, found)
	return found.value, nil
}

// store keeps an answer unless a later question was answered before.
func (a *ahead[K, V]) store(key K, asked time.Time, found answer[V]) {
	a.entries.Compute(key, func(old *entry[V], ok bool) (*entry[V], otter.ComputeOp) {
		if ok && old.asked.After(asked) {
			return nil, otter.CancelOp
		}
		return &entry[V]{answer: found, asked: asked}, otter.WriteOp
	})
}

// expire ends the use of what was known before a question asked then. The
// value remains for last.
func (a *ahead[K, V]) expire(key K, asked time.Time) {
	a.entries.Compute(key, func(old *entry[V], ok bool) (*entry[V], otter.ComputeOp) {
		if !ok || old.asked.After(asked) {
			return nil, otter.CancelOp
		}
		return &entry[V]{answer: answer[V]{value: old.value}, asked: asked}, otter.WriteOp
	})
}

// retryAt lets a value be loaded again from t on, after it could not be.
func (a *ahead[K, V]) retryAt(key K, t time.Time) {
	a.entries.Compute(key, func(old *entry[V], ok bool) (*entry[V], otter.ComputeOp) {
		if !ok || !old.refreshed.Load() {
			return nil, otter.CancelOp
		}
		again := old.answer
		again.refresh = t
		return &entry[V]{answer: again, asked: old.asked}, otter.WriteOp
	})
}

// update changes the last value known for key, if there is one.
func (a *ahead[K, V]) update(key K, change func(*V)) {
	a.entries.Compute(key, func(old *entry[V], ok bool) (*entry[V], otter.ComputeOp) {
		if !ok {
			return nil, otter.CancelOp
		}
		next := &entry[V]{answer: old.answer, asked: old.asked}
		next.refreshed.Store(old.refreshed.Load())
		change(&next.value)
		return next, otter.WriteOp
	})
}

// close ends the loads in progress and joins their goroutines.
func (a *ahead[K, V]) close() { a.crew.dismiss() }

// values iterates over the last values known, expired or not.
func (a *ahead[K, V]) values() iter.Seq[V] {
	return func(yield func(V) bool) {
		for _, e := range a.entries.All() {
			if !yield(e.value) {
				return
			}
		}
	}
}
