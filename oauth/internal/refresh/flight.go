package refresh

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/getbindu/bindu-go/oauth"
)

var errClosed = fmt.Errorf("%w: closed", oauth.ErrUnavailable)

func unavailable(err error) error { return fmt.Errorf("%w: %w", oauth.ErrUnavailable, err) }

// Fetch returns the value of key after a look that found none: it joins the load
// under way, or starts one if it is admitted. An answer that does not hold any
// more when it comes is asked for once more. It waits no longer than ctx; the
// load goes on for the others.
func (c *Cache[K, A, V]) Fetch(ctx context.Context, key K, arg A) (V, error) {
	for range 2 {
		found, err := c.await(ctx, key, arg)
		if err != nil || c.holds(found) {
			return found.Value, err
		}
	}
	var none V
	return none, errLate
}

func (c *Cache[K, A, V]) await(ctx context.Context, key K, arg A) (Answer[V], error) {
	landing, ok := c.underway(key)
	if !ok {
		leave, err := c.admit(ctx)
		if err != nil {
			return Answer[V]{}, err
		}
		landing = c.board(key, arg, leave)
	}
	select {
	case r := <-landing:
		found, _ := r.Val.(Answer[V])
		return found, r.Err
	case <-ctx.Done():
		return Answer[V]{}, c.cfg.Left(ctx.Err())
	}
}

func (c *Cache[K, A, V]) admit(ctx context.Context) (leave func(), err error) {
	if c.cfg.Admit == nil {
		return func() {}, nil
	}
	return c.cfg.Admit(ctx)
}

// underway returns where the load of key arrives, if there is one.
func (c *Cache[K, A, V]) underway(key K) (<-chan singleflight.Result, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current(key)
}

// join returns where the load under way of key arrives, if it is not too old; c.mu is
// held. What singleflight does not tell, whether there is anything to join, c.loading does.
func (c *Cache[K, A, V]) join(key K, now time.Time) (<-chan singleflight.Result, bool) {
	if q, ok := c.loading[key]; ok && (c.cfg.Age == 0 || now.Before(q.asked.Add(c.cfg.Age))) {
		return c.flights.DoChan(c.cfg.Name(key), nil), true
	}
	return nil, false
}

// current is underway; c.mu is held.
func (c *Cache[K, A, V]) current(key K) (<-chan singleflight.Result, bool) {
	now := c.cfg.Now()
	if landing, ok := c.join(key, now); ok {
		return landing, true
	}
	if e, ok := c.usable(key, now); ok { // landed since the caller looked
		return landed(e.Answer, nil), true
	}
	if r, ok := c.refused.GetIfPresent(key); ok && now.Before(r.until) {
		return landed(Answer[V]{}, r.err), true
	}
	return nil, false
}

// board returns where the load of key arrives, starting one if there is none.
// The place is left when that one is over, whether anybody still waits for it or
// not; who joins another gives it back at once.
func (c *Cache[K, A, V]) board(key K, arg A, leave func()) <-chan singleflight.Result {
	c.mu.Lock()
	defer c.mu.Unlock()
	if landing, ok := c.current(key); ok {
		leave()
		return landing
	}
	return c.depart(key, arg, leave)
}

// renew loads key again in the background. With all slots taken, or another load
// under way that may yet fail, a later use tries again.
func (c *Cache[K, A, V]) renew(key K, arg A) {
	c.mu.Lock()
	defer c.mu.Unlock()
	again := func() { c.retryAt(key, c.cfg.Now().Add(c.cfg.Pause)) } // which a new value does not need
	if _, ok := c.loading[key]; ok {
		again()
		return
	}
	select {
	case c.slots <- struct{}{}:
		c.depart(key, arg, func() {
			<-c.slots
			again()
		})
	default:
		again()
	}
}

// depart starts a load, which those who come from here on join instead of one
// that is too old; c.mu is held. Then runs once it is over.
func (c *Cache[K, A, V]) depart(key K, arg A, then func()) <-chan singleflight.Result {
	work, ok := c.crew.sign()
	if !ok {
		then()
		return landed(Answer[V]{}, c.cfg.Closed)
	}
	q, name := c.begin(key), c.cfg.Name(key)
	c.loading[key] = q
	c.flights.Forget(name)
	return c.flights.DoChan(name, func() (any, error) {
		defer c.crew.part()
		found, err := c.ask(work, q, key, arg)
		then()
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.loading[key] == q {
			delete(c.loading, key)
			c.flights.Forget(name) // whoever comes from here on has to depart
		}
		return found, err
	})
}

// disown has the loads of key under way not count, nor be joined; c.mu is held.
func (c *Cache[K, A, V]) disown(key K) {
	for _, q := range c.asking[key] {
		q.void = true
	}
	delete(c.loading, key)
	c.flights.Forget(c.cfg.Name(key))
}

func landed[V any](found Answer[V], err error) <-chan singleflight.Result {
	landing := make(chan singleflight.Result, 1)
	landing <- singleflight.Result{Val: found, Err: err}
	return landing
}
