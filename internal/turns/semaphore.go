package turns

import (
	"context"
	"sync"
)

// Semaphore lends a number of places. An owner that holds some gets a further
// one only while it holds fewer than are free; one that holds none gets any
// that is free, and waits for at most one turn of each other owner. So one owner
// never holds more than half of the places, rounded up.
type Semaphore struct {
	size int

	mu    sync.Mutex
	taken int
	line  Line[chan struct{}] // each is closed when its owner has a place
	// drained is not nil while somebody wants or has all places, and closed when
	// it has them.
	drained chan struct{}
}

// NewSemaphore returns one with that many places.
func NewSemaphore(size int) *Semaphore { return &Semaphore{size: size} }

// Acquire waits for a place, which [Semaphore.Release] gives back. If ctx ends
// first, its error is returned and nothing is held.
func (s *Semaphore) Acquire(ctx context.Context, owner string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ready := make(chan struct{})
	s.mu.Lock()
	s.line.Push(owner, ready)
	s.serve()
	s.mu.Unlock()
	select {
	case <-ready:
		return nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.line.Remove(owner, func(c chan struct{}) bool { return c == ready }) {
		s.release(owner) // served in the meantime
	}
	return ctx.Err()
}

// Release gives a place of the owner back.
func (s *Semaphore) Release(owner string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release(owner)
}

func (s *Semaphore) release(owner string) {
	s.taken--
	s.line.Hold(owner, -1)
	if s.drained != nil && s.taken == 0 {
		close(s.drained)
		return
	}
	s.serve()
}

// Waiting returns how many wait for a place.
func (s *Semaphore) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.line.Len()
}

// AcquireAll stops lending and waits until every place was given back. One
// caller at a time may hold all; [Semaphore.ReleaseAll] goes on lending.
func (s *Semaphore) AcquireAll() {
	s.mu.Lock()
	drained := make(chan struct{})
	s.drained = drained
	if s.taken == 0 {
		close(drained)
	}
	s.mu.Unlock()
	<-drained
}

// ReleaseAll gives all places back.
func (s *Semaphore) ReleaseAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drained = nil
	s.serve()
}

// serve lends what is free to those whose turn it is.
func (s *Semaphore) serve() {
	for s.drained == nil {
		owner, ok := s.line.First()
		if held, free := s.line.Held(owner), s.size-s.taken; !ok || free == 0 || (held > 0 && held >= free) {
			return
		}
		s.taken++
		close(s.line.Pop())
		s.line.Hold(owner, 1)
	}
}
