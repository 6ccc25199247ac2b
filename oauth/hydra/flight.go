package hydra

import (
	"context"
	"fmt"

	"github.com/getbindu/bindu-go/oauth"
)

// flight is a load in progress, with those who wait for it.
type flight[V any] struct {
	done  chan struct{}
	value V
	err   error
}

// fetch returns the value of key, loading it if it is missing and admit allows
// that. It waits no longer than ctx; the load goes on for the others.
func (a *ahead[K, V]) fetch(ctx context.Context, key K, load loader[V]) (V, error) {
	f, ok := a.underway(key)
	if !ok {
		leave, err := a.admit(ctx)
		if err != nil {
			var none V
			return none, err
		}
		f = a.join(key, load, leave)
	}
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		var none V
		return none, fmt.Errorf("%w: %w", oauth.ErrUnavailable, ctx.Err())
	}
}

// underway returns the flight of key, if there is one.
func (a *ahead[K, V]) underway(key K) (*flight[V], bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.current(key)
}

func (a *ahead[K, V]) current(key K) (*flight[V], bool) {
	if f, ok := a.flights[key]; ok {
		return f, true
	}
	if e, ok := a.usable(key, a.now()); ok { // landed since the caller looked
		return landed(e.value, nil), true
	}
	return nil, false
}

// join returns the flight of key, starting one if there is none. The place is
// left when that one is over, whether anybody still waits for it or not.
func (a *ahead[K, V]) join(key K, load loader[V], leave func()) *flight[V] {
	a.mu.Lock()
	defer a.mu.Unlock()
	if f, ok := a.current(key); ok {
		leave()
		return f
	}
	return a.depart(key, load, func(error) { leave() })
}

// renew loads key again in the background, unless that is being done. With all
// slots taken, a later use tries again.
func (a *ahead[K, V]) renew(key K, load loader[V]) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.flights[key]; ok {
		return
	}
	select {
	case a.slots <- struct{}{}:
	default:
		a.retryAt(key, a.now().Add(a.pause))
		return
	}
	a.depart(key, load, func(err error) {
		<-a.slots
		if uncertain(err) {
			a.retryAt(key, a.now().Add(a.pause))
		}
	})
}

// depart starts a flight; a.mu is held. Then runs once it is over.
func (a *ahead[K, V]) depart(key K, load loader[V], then func(error)) *flight[V] {
	f := &flight[V]{done: make(chan struct{})}
	started := a.crew.start(func(ctx context.Context) {
		f.value, f.err = a.load(ctx, key, load)
		then(f.err)
		a.mu.Lock()
		delete(a.flights, key)
		a.mu.Unlock()
		close(f.done)
	})
	if !started {
		var none V
		err := fmt.Errorf("%w: closed", oauth.ErrUnavailable)
		then(err)
		return landed(none, err)
	}
	a.flights[key] = f
	return f
}

func landed[V any](value V, err error) *flight[V] {
	f := &flight[V]{done: make(chan struct{}), value: value, err: err}
	close(f.done)
	return f
}
