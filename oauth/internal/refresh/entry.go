package refresh

import (
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
)

// entry is immutable but for the flag.
type entry[V any] struct {
	Answer[V]
	asked     time.Time // when the request behind it began: it may be as old as that
	refreshed atomic.Bool
}

// refusal is an error that is told again until then.
type refusal struct {
	err   error
	until time.Time
}

// store keeps an answer unless a later question was answered before.
func (c *Cache[K, A, V]) store(key K, asked time.Time, found Answer[V]) {
	c.entries.Compute(key, func(old *entry[V], ok bool) (*entry[V], otter.ComputeOp) {
		if ok && old.asked.After(asked) {
			return nil, otter.CancelOp
		}
		return &entry[V]{Answer: found, asked: asked}, otter.WriteOp
	})
}

// expire ends the use of what was known before a question asked then. The
// value remains for Last.
func (c *Cache[K, A, V]) expire(key K, asked time.Time) {
	c.entries.Compute(key, func(old *entry[V], ok bool) (*entry[V], otter.ComputeOp) {
		if !ok || old.asked.After(asked) {
			return nil, otter.CancelOp
		}
		return &entry[V]{Answer: Answer[V]{Value: old.Value}, asked: asked}, otter.WriteOp
	})
}

// retryAt lets a value be loaded again from t on, if it could not be.
func (c *Cache[K, A, V]) retryAt(key K, t time.Time) {
	c.entries.Compute(key, func(old *entry[V], ok bool) (*entry[V], otter.ComputeOp) {
		if !ok || !old.refreshed.Load() {
			return nil, otter.CancelOp
		}
		again := old.Answer
		again.Refresh = t
		return &entry[V]{Answer: again, asked: old.asked}, otter.WriteOp
	})
}
