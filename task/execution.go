package task

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/identity"
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
	news  *reader // of its task, once that is stored: who else changes it, stops the execution
	req   Request
	// contextID is the caller's name for the conversation; req has the executor's.
	contextID string
	due       time.Time // when its deadline is over; zero before its turn
	overdue   bool      // the deadline's verdict is being stored
	ctx       context.Context
	cancel    context.CancelCauseFunc
	made      []*a2a.Artifact // by the executor, if it succeeded
	rest      []*piece        // what the store must be told before that it did
	task      *a2a.Task       // as submitted; nil if the task had earlier executions
	final     *a2a.Task       // the task in the state it ended in, if known when it has
}

// asked is what of a request is for the executor alone, beside the message.
type asked struct {
	caller   identity.Caller
	metadata map[string]any
}

// start hands an execution to the pool, which closes news when it has ended.
func (s *Service) start(ctx context.Context, pl *place, news *reader, run string, by asked, out Submitted) {
	e := s.execution(s.withLink(ctx), news.key, run, by, out)
	e.place, e.news = pl, news
	s.enter(e, nil)
}

// execution returns the run that answers the last message of a task.
func (s *Service) execution(base context.Context, k key, run string, by asked, out Submitted) *execution {
	ctx, cancel := context.WithCancelCause(base)
	t, last := out.Task, len(out.Task.History)-1
	e := &execution{
		key: k, run: run, fence: out.Fence, contextID: t.ContextID, ctx: ctx, cancel: cancel,
		req: Request{
			TaskID: executorID("task", k.owner, k.id), ContextID: executorID("context", k.owner, t.ContextID),
			Message: t.History[last], History: t.History[:last:last],
			Metadata: by.metadata, Caller: by.caller,
		},
	}
	e.req.Earlier = s.earlier(k.owner, t.ContextID)
	if last == 0 {
		e.task = t
	}
	return e
}

// earlier is [Request.Earlier].
func (s *Service) earlier(owner, contextID string) func(context.Context, int, int64) ([]*a2a.Task, error) {
	return func(ctx context.Context, tasks int, bytes int64) ([]*a2a.Task, error) {
		page, err := s.store.List(ctx, owner, Filter{
			ContextID: contextID, State: a2a.TaskStateCompleted, Limit: tasks, MaxBytes: bytes, History: -1, Artifacts: true,
		})
		if err != nil {
			return nil, err
		}
		slices.Reverse(page.Tasks)
		return page.Tasks, nil
	}
}

// carryOut takes an execution to its end; refused says that it gets no worker.
func (s *Service) carryOut(e *execution, refused error) {
	e.due = s.now().Add(s.cfg.Deadline)
	if cause := context.Cause(e.ctx); cause != nil { // before its turn came
		refused = cause
	} else if e.news.woken() && refused == nil {
		refused = s.mustStop(e)
	}
	if refused != nil {
		s.persist(e, s.failed(e, refused))
		return
	}
	s.persist(e, s.outcome(e, s.launch(e)))
}

// outcome waits for the executor and says what becomes of the task.
func (s *Service) outcome(e *execution, a *attempt) Transition {
	result, err := s.settle(e, a)
	t, err := s.conclude(e, a, result, err)
	if err != nil {
		return s.failed(e, err)
	}
	return t
}

// conclude is what becomes of a task because of an executor's answer. The error is
// why it fails. The attempt is over.
func (s *Service) conclude(e *execution, a *attempt, result Result, err error) (Transition, error) {
	a.cancel()
	artifacts, refused := a.out.close()
	if err == nil {
		err = refused // an executor may overlook that emit failed
	}
	if err != nil {
		return Transition{}, err
	}
	if result.Message != nil {
		return s.messageAnswer(e, a.out, result, artifacts)
	}
	if int64(len(result.Text)) > s.cfg.Limits.ArtifactBytes {
		return Transition{}, errArtifactsTooLarge
	}
	t := Transition{To: a2a.TaskStateCompleted, MaxBytes: s.cfg.Limits.Bytes}
	if err := a.out.join(); err != nil {
		return Transition{}, err
	}
	e.made = a.out.artifacts
	e.rest, t.Whole, t.Artifacts = a.out.rest()
	if result.InputRequired {
		t.To = a2a.TaskStateInputRequired
	}
	t.Message, err = s.said(a.out, result)
	return t, err
}
