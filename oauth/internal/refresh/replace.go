package refresh

import (
	"context"

	"golang.org/x/sync/singleflight"
)

// Replace returns another value than what is stale, which may be used for all this cache
// knows. It joins the load under way, or starts one if may, asked in place of Admit, has no
// error. Where that fails the stale value stays, unless the error is final. It waits no
// longer than ctx.
func (c *Cache[K, A, V]) Replace(ctx context.Context, key K, arg A, stale func(V) bool, may func() error) (V, error) {
	select {
	case r := <-c.replacement(key, arg, stale, may):
		found, _ := r.Val.(Answer[V])
		if r.Err == nil && !c.holds(found) {
			r.Err = errLate
		}
		return found.Value, r.Err
	case <-ctx.Done():
		var none V
		return none, c.cfg.Left(ctx.Err())
	}
}

// replacement returns where the load that replaces what is stale arrives.
func (c *Cache[K, A, V]) replacement(key K, arg A, stale func(V) bool, may func() error) <-chan singleflight.Result {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.cfg.Now()
	if landing, ok := c.join(key, now); ok {
		return landing
	}
	if e, ok := c.usable(key, now); ok && !stale(e.Value) {
		return landed(e.Answer, nil)
	}
	if err := may(); err != nil {
		return landed(Answer[V]{}, err)
	}
	return c.depart(key, arg, func() {})
}
