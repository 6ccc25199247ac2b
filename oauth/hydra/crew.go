package hydra

import (
	"context"
	"sync"
)

// crew is the set of goroutines that one object owns.
type crew struct {
	ctx    context.Context // ends when dismiss is called
	cancel context.CancelFunc

	mu     sync.Mutex
	gone   bool
	joined sync.WaitGroup
}

func newCrew() *crew {
	ctx, cancel := context.WithCancel(context.Background())
	return &crew{ctx: ctx, cancel: cancel}
}

// start runs f on a goroutine of the crew; false means that the crew is
// dismissed and f does not run.
func (c *crew) start(f func(context.Context)) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone {
		return false
	}
	c.joined.Go(func() { f(c.ctx) })
	return true
}

// dismiss ends the context of all goroutines and waits for them. It may be
// called more than once.
func (c *crew) dismiss() {
	c.mu.Lock()
	c.gone = true
	c.mu.Unlock()
	c.cancel()
	c.joined.Wait()
}
