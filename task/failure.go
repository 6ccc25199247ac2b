package task

import (
	"errors"

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
	e.made, e.rest = nil, nil
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
