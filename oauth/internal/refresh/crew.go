package refresh

import (
	"context"
	"sync"
)

// crew is who works for a cache in the background.
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

// sign lets one more work, who says with part that it is done; false means that
// the crew is dismissed.
func (c *crew) sign() (context.Context, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone {
		return nil, false
	}
	c.joined.Add(1)
	return c.ctx, true
}

func (c *crew) part() { c.joined.Done() }

// dismiss ends the context of all and waits for them. It may be called more than
// once.
func (c *crew) dismiss() {
	c.mu.Lock()
	c.gone = true
	c.mu.Unlock()
	c.cancel()
	c.joined.Wait()
}
