package task

import (
	"context"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
)

// runAgain takes lost runs over and carries them out a second time where the
// executor says that this does no harm. It returns how many tasks it failed; those
// that it did not take are to be failed too.
func (s *Service) runAgain(ctx context.Context, alone bool) (failed int, err error) {
	if _, may := s.cfg.Executor.(Repeatable); !may {
		return 0, nil
	}
	for r := (Recovery{Holder: s.lease.holder, Alone: alone}); ; {
		run, err := s.newID()
		if err == nil {
			err = s.lease.hold(ctx)
		}
		if err != nil {
			return failed, err
		}
		taken, err := s.store.TakeLost(ctx, r, run, s.now())
		if taken.ID == "" {
			return failed, err
		}
		if r.After = taken.Lost; err == nil && s.begin(taken, run) {
			continue
		}
		if err := s.failTaken(ctx, taken, run); err != nil {
			return failed, err
		}
		failed++
	}
}

// begin starts the run of a task that was taken, if it may.
func (s *Service) begin(taken Taken, run string) bool {
	news := s.feed.follow(key{taken.Owner, taken.ID})
	s.feed.wakeOthers(news, false)
	who, err := did.Parse(taken.Owner)
	e := s.execution(s.base, news.key, run, asked{caller: identity.Caller{DID: who}}, Submitted{Task: taken.Task, Fence: taken.Fence})
	e.news = news
	if err == nil && s.mayRepeat(e) {
		e.place, _ = s.pool.admit(taken.Owner) // where there is none the task fails, as it would have
	}
	if e.place == nil {
		e.cancel(nil)
		news.close()
		return false
	}
	s.cfg.Logger.Warn("task is run again", "task", taken.ID, "owner", taken.Owner)
	s.enter(e, nil)
	return true
}

// mayRepeat asks the executor whether answering a second time does no harm. One that
// panics instead does not say so.
func (s *Service) mayRepeat(e *execution) (may bool) {
	executor, is := s.cfg.Executor.(Repeatable)
	if !is {
		return false
	}
	defer s.recovered(e, func() { may = false })
	return executor.Repeatable(e.req)
}

// failTaken ends a task that was taken and cannot be begun.
func (s *Service) failTaken(ctx context.Context, taken Taken, run string) error {
	t := s.failure(failRestart)
	t.Run, t.Fence, t.At = run, taken.Fence, s.now()
	if err := s.store.Transition(ctx, taken.Owner, taken.ID, t); err != nil && !isLost(err) {
		return err
	}
	s.feed.wake(key{taken.Owner, taken.ID})
	return nil
}
