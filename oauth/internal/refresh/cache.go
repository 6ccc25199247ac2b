package refresh

import (
	"context"
	"iter"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/sync/singleflight"
)

// Cache holds the last value of each key.
type Cache[K comparable, A, V any] struct {
	cfg     Config[K, A, V]
	entries *otter.Cache[K, *entry[V]]
	refused *otter.Cache[K, refusal]
	crew    *crew
	slots   chan struct{} // bounds the background loads

	mu      sync.Mutex // taken on misses and renewals only
	flights singleflight.Group
	loading map[K]*question   // those that may be joined
	asking  map[K][]*question // all that are under way
}

const backgroundLoads = 32

// New returns a cache. The caller closes it.
func New[K comparable, A, V any](cfg Config[K, A, V]) *Cache[K, A, V] {
	cfg = cfg.withDefaults()
	return &Cache[K, A, V]{
		cfg: cfg, crew: newCrew(), slots: make(chan struct{}, backgroundLoads),
		loading: make(map[K]*question), asking: make(map[K][]*question),
		// Expiry is checked here, so the cache itself needs neither timers nor
		// goroutines.
		entries: otter.Must(&otter.Options[K, *entry[V]]{
			MaximumWeight: uint64(cfg.Size),
			Weigher:       func(_ K, e *entry[V]) uint32 { return cfg.Weigh(e.Value) },
			Executor:      func(maintain func()) { maintain() },
		}),
		refused: otter.Must(&otter.Options[K, refusal]{MaximumSize: cfg.Size, Executor: func(maintain func()) { maintain() }}),
	}
}

// Get returns the value of key, loading it if there is none that may be used.
func (c *Cache[K, A, V]) Get(ctx context.Context, key K, arg A) (V, error) {
	if v, ok := c.Use(key, arg); ok {
		return v, nil
	}
	return c.Fetch(ctx, key, arg)
}

// Use returns the value of key if there is one that may be used, and has it
// loaded again in the background once it is due. It waits for nothing.
func (c *Cache[K, A, V]) Use(key K, arg A) (V, bool) {
	now := c.cfg.Now()
	e, ok := c.usable(key, now)
	if !ok {
		var none V
		return none, false
	}
	if !now.Before(e.Refresh) && e.refreshed.CompareAndSwap(false, true) {
		c.renew(key, arg)
	}
	return e.Value, true
}

func (c *Cache[K, A, V]) usable(key K, now time.Time) (*entry[V], bool) {
	e, ok := c.entries.GetIfPresent(key)
	return e, ok && now.Before(e.Expire)
}

// Last returns the last value known for key, expired or not.
func (c *Cache[K, A, V]) Last(key K) (V, bool) {
	e, ok := c.entries.GetEntryQuietly(key)
	if !ok {
		var none V
		return none, false
	}
	return e.Value.Value, true
}

// Update changes the last value known for key, if there is one.
func (c *Cache[K, A, V]) Update(key K, change func(*V)) {
	c.entries.Compute(key, func(old *entry[V], ok bool) (*entry[V], otter.ComputeOp) {
		if !ok {
			return nil, otter.CancelOp
		}
		next := &entry[V]{Answer: old.Answer, asked: old.asked}
		next.refreshed.Store(old.refreshed.Load())
		change(&next.Value)
		return next, otter.WriteOp
	})
}

// Forget ends the use of what is known about key, and of what was asked before:
// its next use loads it, and who waits for a load under way waits for another.
// The value remains for Last.
func (c *Cache[K, A, V]) Forget(key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.disown(key)
	c.refused.Invalidate(key)
	c.expire(key, c.cfg.Now())
}

// ForgetAll is Forget for all keys.
func (c *Cache[K, A, V]) ForgetAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key := range c.asking {
		c.disown(key)
	}
	c.refused.InvalidateAll()
	now := c.cfg.Now()
	for key := range c.entries.All() {
		c.expire(key, now)
	}
}

// ForgetIf ends the use of the values that are such. What was asked before goes on: of
// an answer that is still to come nobody knows whether it is one.
func (c *Cache[K, A, V]) ForgetIf(is func(V) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.cfg.Now()
	for key, e := range c.entries.All() {
		if is(e.Value) {
			c.expire(key, now)
		}
	}
}

// Clear forgets all values, for Last too, and what was asked before.
func (c *Cache[K, A, V]) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key := range c.asking {
		c.disown(key)
	}
	c.refused.InvalidateAll()
	c.entries.InvalidateAll()
}

// Values iterates over the last values known, expired or not.
func (c *Cache[K, A, V]) Values() iter.Seq[V] {
	return func(yield func(V) bool) {
		for _, e := range c.entries.All() {
			if !yield(e.Value) {
				return
			}
		}
	}
}

// Close ends the loads in progress and joins their goroutines. It may be called
// more than once. Values at hand can be used after it.
func (c *Cache[K, A, V]) Close() { c.crew.dismiss() }
