package task

import "context"

// giveUp ends a task whose message was stored but cannot be read, because of why.
func (s *Service) giveUp(pl *place, r *reader, sub Submission, fence int64, why error) {
	ctx, cancel := context.WithCancelCause(s.base)
	s.enter(&execution{
		key: r.key, place: pl, run: sub.Run, fence: fence, contextID: sub.Message.ContextID, ctx: ctx, cancel: cancel, news: r,
	}, why)
}

// enter has an execution carried out when it is its turn, or ended because of why.
func (s *Service) enter(e *execution, why error) {
	s.pool.run(e.place, func(refused error) {
		if why != nil {
			refused = why
		}
		s.carryOut(e, refused)
	}, func() { s.leave(e) })
}

// leave tells the readers what became of an execution.
func (s *Service) leave(e *execution) {
	e.cancel(nil)
	s.feed.publish(e.key, outcome{run: e.run, task: e.final})
	e.news.close()
}

// mustStop returns errCanceled if the task is no longer the execution's: it was
// canceled or cleared, or another run has it. Not knowing stops nothing.
func (s *Service) mustStop(e *execution) error {
	ctx, cancel := context.WithTimeout(e.ctx, persistTimeout)
	defer cancel()
	_, head, err := s.store.Events(ctx, e.key.owner, e.key.id, 0, 0)
	if isLost(err) || err == nil && (head.AtRest() || head.Run != e.run || head.Fence != e.fence) {
		return errCanceled
	}
	return nil
}
