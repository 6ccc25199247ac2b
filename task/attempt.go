package task

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/getbindu/bindu-go/internal/brief"
)

// workingAfter is how long an execution lasts before the store is told that it
// is under way. Most end sooner and save the write; the one they end with says all.
const workingAfter = 100 * time.Millisecond

// attempt is a call of the executor.
type attempt struct {
	ctx     context.Context
	cancel  context.CancelFunc
	out     *output
	answers chan answer // gets one
}

type answer struct {
	result Result
	err    error
}

// launch calls the executor. What it answers is to be waited for by settle.
func (s *Service) launch(e *execution) *attempt {
	ctx, cancel := context.WithTimeoutCause(e.ctx, s.cfg.Deadline, errDeadline)
	a := &attempt{
		ctx: ctx, cancel: cancel, answers: make(chan answer, 1),
		out: &output{ctx: ctx, sign: s.cfg.Sign, newID: s.newID, limit: s.cfg.Limits.ArtifactBytes, fresh: make(chan struct{}, 1)},
	}
	s.executors.Go(func() {
		result, err := s.protect(ctx, e, a.out)
		a.answers <- answer{result, err}
	})
	return a
}

// settle waits for the executor, but no longer than until its context ends and the
// grace after it: an executor that hangs keeps its goroutine, not its place.
func (s *Service) settle(e *execution, a *attempt) (Result, error) {
	if got, came := s.watch(e, a); came {
		return got.result, got.err
	}
	grace := time.NewTimer(s.cfg.Grace)
	defer grace.Stop()
	select {
	case got := <-a.answers:
		if got.err != nil {
			got.err = context.Cause(a.ctx) // whatever it said, this is why
		}
		return got.result, got.err
	case <-grace.C:
		s.abandon(e, a.answers)
		return Result{}, context.Cause(a.ctx)
	}
}

// abandon counts an executor that did not return, until it does.
func (s *Service) abandon(e *execution, answers <-chan answer) {
	s.pool.hang(e.place)
	s.cfg.Logger.Error("executor did not return in time", "task", e.key.id, "owner", e.key.owner)
	s.executors.Go(func() {
		<-answers
		s.pool.returned(e.place)
	})
}

// protect turns a panic of the executor into an error.
func (s *Service) protect(ctx context.Context, e *execution, out *output) (result Result, err error) {
	defer s.recovered(e, func() { err = errPanicked })
	return s.cfg.Executor.Execute(ctx, e.req, out.emit)
}

// recovered is to be deferred where the executor is called.
func (s *Service) recovered(e *execution, panicked func()) {
	if r := recover(); r != nil {
		s.cfg.Logger.Error("executor panicked", "task", e.key.id, "owner", e.key.owner, "panic", fmt.Sprint(r), brief.StackKey, string(debug.Stack()))
		panicked()
	}
}
