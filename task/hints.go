package task

import "context"

// Hinter is what a [Store] is, beside, whose processes can tell each other at once that a
// task has a new event. Hints may be lost, and say nothing that the store does not: who gets
// none looks every second ([Config.Shared]).
type Hinter interface {
	// Hint has the other processes told that something happened to a task. It does not
	// block, and what happens often is told once.
	Hint(owner, id string)
	// Hints calls heard for what other processes hint at, and passes on what this one
	// does, until ctx ends.
	Hints(ctx context.Context, heard func(owner, id string))
}

// exchangeHints has readers in other processes woken by events of this one, and the other
// way round.
func (s *Service) exchangeHints(house context.Context) {
	h, ok := s.cfg.Store.(Hinter)
	if !ok || !s.cfg.Shared {
		return
	}
	s.feed.hint = h.Hint
	s.housework.Go(func() { h.Hints(house, s.feed.wakeHere) })
}

// wakeHere tells the readers in this process, and nobody else, that a task has a new event.
func (f *feed) wakeHere(owner, id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if t := f.topics[owner][id]; t != nil {
		t.wake(outcome{})
	}
}
