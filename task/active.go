package task

import "context"

// giveUp ends a task whose message was stored but cannot be read, because of why.
func (s *Service) giveUp(pl *place, k key, sub Submission, why error) {
	ctx, cancel := context.WithCancelCause(s.base)
	s.enter(&execution{key: k, place: pl, run: sub.Run, contextID: sub.Message.ContextID, ctx: ctx, cancel: cancel, done: make(chan struct{})}, why)
}

// enter has an execution carried out when it is its turn, or ended because of why.
func (s *Service) enter(e *execution, why error) {
	s.mu.Lock()
	if s.active[e.key.owner] == nil {
		s.active[e.key.owner] = make(map[string]*execution)
	}
	s.active[e.key.owner][e.key.id] = e
	s.mu.Unlock()
	s.pool.run(e.place, func(refused error) {
		if why != nil {
			refused = why
		}
		s.carryOut(e, refused)
	}, func() { s.forget(e) })
}

// running returns the execution that works on a task in this process, if any.
func (s *Service) running(k key) *execution {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.active[k.owner][k.id]
}

// executionsOf returns those that work in a context.
func (s *Service) executionsOf(owner, contextID string) []*execution {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*execution
	for _, e := range s.active[owner] {
		if e.contextID == contextID {
			all = append(all, e)
		}
	}
	return all
}

func (s *Service) forget(e *execution) {
	e.cancel(nil)
	s.mu.Lock()
	if s.active[e.key.owner][e.key.id] == e {
		delete(s.active[e.key.owner], e.key.id)
		if len(s.active[e.key.owner]) == 0 {
			delete(s.active, e.key.owner)
		}
	}
	s.mu.Unlock()
	close(e.done)
}
