package task

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

// tell notes that the owner gets to know the task before it ends, and reports
// whether it is one still.
func (s *Service) tell(e *execution) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.told = e.told || !e.direct
	return e.told
}

// stopsBeingATask decides whether the message is the whole answer. It is not for
// whoever named a task or was given one: there the task is completed with it.
func (s *Service) stopsBeingATask(e *execution) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.direct = !e.told
	return e.direct
}
