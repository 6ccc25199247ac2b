package task

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/internal/brief"
)

// Why the context of an execution ended.
var (
	errCanceled = errors.New("the task was canceled")
	errDeadline = errors.New("the task took longer than allowed")
	errStopped  = errors.New("the agent is stopping")
)

// execution is one run of the executor, from submission to the state it ends in.
type execution struct {
	key   key
	place *place
	run   string
	fence int64
	news  *reader // of its task: who else changes it, stops the execution
	req   Request
	// contextID is the caller's name for the conversation; req has the executor's.
	contextID string
	due       time.Time // when its deadline is over; zero before its turn
	overdue   bool      // the deadline's verdict is being stored
	ctx       context.Context
	cancel    context.CancelCauseFunc
	task      *a2a.Task // as submitted; nil if the task had earlier executions
	final     *a2a.Task // the task in the state it ended in, if known when it has
}

// workingAfter is how long an execution lasts before the store is told that it
// is under way. Most end sooner and save the write; the one they end with says all.
const workingAfter = 100 * time.Millisecond

// start hands an execution to the pool, which closes news when it has ended.
func (s *Service) start(ctx context.Context, pl *place, news *reader, run string, who identity.Caller, out Submitted) {
	e := s.execution(s.withLink(ctx), news, run, who, out)
	e.place = pl
	s.enter(e, nil)
}

// execution returns the run that answers the last message of a task.
func (s *Service) execution(base context.Context, news *reader, run string, who identity.Caller, out Submitted) *execution {
	ctx, cancel := context.WithCancelCause(base)
	t, last := out.Task, len(out.Task.History)-1
	e := &execution{
		key: news.key, run: run, fence: out.Fence, news: news, contextID: t.ContextID, ctx: ctx, cancel: cancel,
		req: Request{
			TaskID: executorID("task", news.key.owner, news.key.id), ContextID: executorID("context", news.key.owner, t.ContextID),
			Message: t.History[last], History: t.History[:last:last], Caller: who,
		},
	}
	if last == 0 {
		e.task = t
	}
	return e
}

// carryOut takes an execution to its end; refused says that it gets no worker.
func (s *Service) carryOut(e *execution, refused error) {
	e.due = s.now().Add(s.cfg.Deadline)
	if cause := context.Cause(e.ctx); cause != nil { // before its turn came
		refused = cause
	} else if e.news.woken() && s.mustStop(e) {
		refused = errCanceled
	}
	if refused != nil {
		s.persist(e, s.failed(e, refused))
		return
	}
	s.persist(e, s.outcome(e))
}

// outcome runs the executor and says what becomes of the task.
func (s *Service) outcome(e *execution) Transition {
	ctx, cancel := context.WithTimeoutCause(e.ctx, s.cfg.Deadline, errDeadline)
	defer cancel()
	out := &output{ctx: ctx, sign: s.cfg.Sign, newID: s.newID, limit: s.cfg.Limits.ArtifactBytes}
	result, err := s.attempt(ctx, e, out)
	artifacts, refused := out.close()
	if err == nil {
		err = refused // an executor may overlook that emit failed
	}
	if err != nil {
		return s.failed(e, err)
	}
	if result.Message != nil {
		return s.messageAnswer(e, out, result, artifacts)
	}
	t := Transition{To: a2a.TaskStateCompleted, Artifacts: artifacts, MaxBytes: s.cfg.Limits.Bytes}
	if result.InputRequired {
		t.To = a2a.TaskStateInputRequired
	}
	if int64(len(result.Text)) > s.cfg.Limits.ArtifactBytes {
		return s.failed(e, errArtifactsTooLarge)
	}
	if result.Text != "" {
		t.Message = s.statusMessage(result.Text, "")
	}
	return t
}

type answer struct {
	result Result
	err    error
}

// attempt calls the executor and waits for it, but no longer than until ctx
// ends and the grace after it: an executor that hangs keeps its goroutine, not
// its place.
func (s *Service) attempt(ctx context.Context, e *execution, out *output) (Result, error) {
	answers := make(chan answer, 1)
	s.executors.Go(func() {
		result, err := s.protect(ctx, e, out)
		answers <- answer{result, err}
	})
	if a, came := s.watch(ctx, e, answers); came {
		return a.result, a.err
	}
	grace := time.NewTimer(s.cfg.Grace)
	defer grace.Stop()
	select {
	case a := <-answers:
		if a.err != nil {
			a.err = context.Cause(ctx) // whatever it said, this is why
		}
		return a.result, a.err
	case <-grace.C:
		s.abandon(e, answers)
		return Result{}, context.Cause(ctx)
	}
}

// watch returns the executor's answer if it comes before ctx ends, which it sees
// to when the task is no longer the execution's.
func (s *Service) watch(ctx context.Context, e *execution, answers <-chan answer) (answer, bool) {
	working, look := time.NewTimer(workingAfter), time.NewTicker(readEvery)
	defer working.Stop()
	defer look.Stop()
	for ctx.Err() == nil {
		ours := true
		select {
		case a := <-answers:
			return a, true
		case <-working.C:
			ours = s.beginWork(e)
		case <-e.news.changed:
			e.news.woken()
			ours = !s.mustStop(e)
		case <-look.C:
			ours = !s.mustStop(e)
		case <-ctx.Done():
		}
		if !ours {
			e.cancel(errCanceled)
		}
	}
	return answer{}, false
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
	defer func() {
		if r := recover(); r != nil {
			s.cfg.Logger.Error("executor panicked", "task", e.key.id, "owner", e.key.owner, "panic", fmt.Sprint(r), brief.StackKey, string(debug.Stack()))
			err = errPanicked
		}
	}()
	return s.cfg.Executor.Execute(ctx, e.req, out.emit)
}
