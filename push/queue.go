package push

import (
	"context"
	"time"

	"github.com/getbindu/bindu-go/task"
)

// queue lets webhooks wait for their turn, which come once.
func (s *Sender) queue(refs []task.PushRef) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ref := range refs {
		if _, known := s.known[ref]; known {
			s.known[ref] = true
			continue
		}
		s.known[ref] = false
		s.line.Push(ref.Owner, ref)
	}
}

// dispatch begins as many deliveries as may be under way. Owners take turns.
func (s *Sender) dispatch(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.flying < atOnce {
		owner, waits := s.line.First()
		if !waits || s.line.Held(owner) >= ofOwner {
			return // nobody who waits has less
		}
		ref := s.line.Pop()
		s.line.Hold(owner, 1)
		s.flying++
		s.known[ref] = false
		s.runs.Go(func() { s.land(ref, s.deliver(ctx, ref)) })
	}
}

// land makes room for the next delivery. Webhooks of which more is due wait again.
func (s *Sender) land(ref task.PushRef, more bool) {
	s.mu.Lock()
	more = s.known[ref] || more
	delete(s.known, ref)
	s.line.Hold(ref.Owner, -1)
	s.flying--
	if more {
		s.known[ref] = false
		s.line.Push(ref.Owner, ref)
	} else if s.full && s.line.Len() == 0 {
		s.full, s.pollAt = false, time.Time{}
	}
	s.mu.Unlock()
	s.signal()
}

// tryAt has all looked at when something is to be tried again.
func (s *Sender) tryAt(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.retryAt.IsZero() || at.Before(s.retryAt) {
		s.retryAt = at
	}
}
