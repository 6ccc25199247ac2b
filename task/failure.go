package task

import (
	"context"
	"errors"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// ReasonKey is the metadata key of a status message under which the stable
// reason word of a failure is kept.
const ReasonKey = "reason"

// What an owner is told about failures that are not the executor's own words.
var (
	failPanicked = &Failure{Reason: "executor_panicked", Text: "the agent failed while working on the task"}
	failInternal = &Failure{Reason: "executor_failed", Text: "the agent could not complete the task"}
	failDeadline = &Failure{Reason: "deadline_exceeded", Text: "the task took longer than the agent allows"}
	failNoWorker = &Failure{Reason: "overloaded", Text: "the agent is overloaded; send it again later"}
	failStopped  = &Failure{Reason: "agent_stopped", Text: "the agent was stopped before the task was done; send it again"}
	failRestart  = &Failure{Reason: "agent_restarted", Text: "the agent was restarted before the task was done; send it again"}

	errPanicked = errors.New("executor panicked")
)

// failed is the transition that ends an execution because of err.
func (s *Service) failed(e *execution, err error) Transition {
	if errors.Is(err, errCanceled) {
		return Transition{To: a2a.TaskStateCanceled} // the store has it already, or has no task any more
	}
	f := failInternal
	var own *Failure
	var quota *QuotaError
	switch {
	case errors.As(err, &own):
		f = own
	case errors.As(err, &quota):
		f = &Failure{Reason: "quota_exceeded", Text: quota.Error()}
	case errors.Is(err, errPanicked):
		f = failPanicked
	case errors.Is(err, errDeadline):
		f = failDeadline
	case errors.Is(err, ErrOverloaded):
		f = failNoWorker
	case errors.Is(err, errStopped):
		f = failStopped
	}
	s.cfg.Logger.Warn("task failed", "task", e.key.id, "owner", e.key.owner, "reason", f.Reason, "error", err)
	return s.failure(f)
}

func (s *Service) failure(f *Failure) Transition {
	t := Transition{To: a2a.TaskStateFailed, Message: s.statusMessage(f.Text, f.Reason)}
	if f.Rejected {
		t.To = a2a.TaskStateRejected
	}
	return t
}

// statusMessage is what the agent says beside a state. If no id can be made,
// it says nothing: the state is what counts.
func (s *Service) statusMessage(text, reason string) *a2a.Message {
	id, err := s.newID()
	if err != nil {
		s.cfg.Logger.Error("making an id", "error", err)
		return nil
	}
	m := &a2a.Message{ID: id, Role: a2a.MessageRoleAgent, Parts: a2a.ContentParts{a2a.NewTextPart(text)}}
	if reason != "" {
		m.Metadata = map[string]any{ReasonKey: reason}
	}
	return m
}

// persistTimeout bounds each attempt to store an outcome, which must happen
// whatever became of the request and of the execution's own context.
const persistTimeout = 10 * time.Second

// retryAfter are the pauses between the attempts to store an outcome.
var retryAfter = [...]time.Duration{100 * time.Millisecond, time.Second, 5 * time.Second}

// persist stores a transition of an execution and reports whether the task
// now has that state. A task that could not be changed stays as it is until
// [Service.Recover].
func (s *Service) persist(e *execution, t Transition) bool {
	t.Run, e.final = e.run, nil
	for attempt := 0; ; attempt++ {
		t.At = s.now()
		err := s.transition(e, t)
		var quota *QuotaError
		switch {
		case err == nil:
			e.final = e.ended(t)
			return true
		case errors.Is(err, ErrEnded), errors.Is(err, ErrSuperseded), errors.Is(err, ErrNotFound):
			return false // canceled or cleared: nobody waits for this outcome
		case errors.As(err, &quota):
			f := s.failed(e, err)
			t.To, t.Message, t.Artifacts, t.MaxBytes = f.To, f.Message, nil, 0
		case attempt == len(retryAfter):
			s.cfg.Logger.Error("task state not stored", "task", e.key.id, "owner", e.key.owner, "state", t.To, "error", err)
			return false
		default:
			time.Sleep(retryAfter[attempt])
		}
	}
}

func (s *Service) transition(e *execution, t Transition) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.base), persistTimeout)
	defer cancel()
	if t.Message != nil && t.To != StateAnswered {
		t.Message.TaskID, t.Message.ContextID = a2a.TaskID(e.key.id), e.contextID
	}
	return s.cfg.Store.Transition(ctx, e.key.owner, e.key.id, t)
}

// ended returns the task as the store now has it, without asking the store.
func (e *execution) ended(t Transition) *a2a.Task {
	if e.task == nil {
		return nil
	}
	task := *e.task
	task.Status = a2a.TaskStatus{State: t.To, Message: t.Message, Timestamp: &t.At}
	task.Artifacts = t.Artifacts
	return &task
}
