package task

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
