package task

import (
	"context"
	"errors"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// persistTimeout bounds each attempt to store an outcome, which must happen
// whatever became of the request and of the execution's own context.
const persistTimeout = 10 * time.Second

// retryAfter are the pauses between the attempts to store an outcome; the last
// one is repeated.
var retryAfter = [...]time.Duration{100 * time.Millisecond, time.Second, 5 * time.Second}

// persist stores how an execution ended. It tries until that is done or nobody
// waits for it any more: the worker's place is held meanwhile, which bounds how
// many outcomes wait. An outcome that cannot be stored before the deadline makes
// way for the deadline's verdict, which is smaller. When the service stops and
// the store does not recover, the task stays as it is until [Service.Recover].
func (s *Service) persist(e *execution, t Transition) {
	t.Run, t.Fence, t.MakeRoom, e.final = e.run, e.fence, s.cfg.MakeRoom, nil
	for attempt := 0; ; attempt++ {
		t.At = s.now()
		err := s.transition(e, t)
		var quota *QuotaError
		switch {
		case err == nil:
			e.final = e.ended(t)
			return
		case isLost(err):
			return
		case errors.Is(err, ErrTold):
			t.To = a2a.TaskStateCompleted
			continue
		case errors.As(err, &quota):
			t = s.instead(e, t, err)
			continue
		case s.isOverdue(e) && !e.overdue:
			e.overdue = true
			t = s.instead(e, t, errDeadline)
			continue
		case attempt == len(retryAfter):
			s.cfg.Logger.Error("task state not stored yet", "task", e.key.id, "owner", e.key.owner, "state", t.To, "error", err)
			if !isPassing(err) {
				t = s.instead(e, t, err)
			}
		}
		if attempt < len(retryAfter) {
			time.Sleep(retryAfter[attempt])
		} else if !pause(s.base, retryAfter[len(retryAfter)-1]) {
			s.cfg.Logger.Error("task state not stored", "task", e.key.id, "owner", e.key.owner, "state", t.To, "error", err)
			return
		}
	}
}

// instead is what is stored of an outcome that cannot be.
func (s *Service) instead(e *execution, t Transition, why error) Transition {
	f := s.failed(e, why)
	f.Run, f.Fence, f.MakeRoom = t.Run, t.Fence, t.MakeRoom
	return f
}

// isOverdue reports whether the time of the execution is over.
func (s *Service) isOverdue(e *execution) bool { return !e.due.IsZero() && s.now().After(e.due) }

// isLost reports that nobody waits for the outcome: the task was canceled or
// cleared, or another execution has it.
func isLost(err error) bool {
	return errors.Is(err, ErrEnded) || errors.Is(err, ErrSuperseded) || errors.Is(err, ErrNotFound)
}

// isPassing reports an error that says nothing of the outcome: the same may
// succeed later.
func isPassing(err error) bool {
	return errors.Is(err, ErrStorage) || errors.Is(err, context.DeadlineExceeded)
}

// beginWork tells the store that an execution is under way, and returns errCanceled
// if the task is no longer its own. It is tried once: not knowing harms nobody.
func (s *Service) beginWork(e *execution) error {
	err := s.transition(e, Transition{Run: e.run, Fence: e.fence, To: a2a.TaskStateWorking, At: s.now()})
	switch {
	case err == nil:
		s.feed.wakeOthers(e.news, false)
	case isLost(err):
		return errCanceled
	default:
		s.cfg.Logger.Warn("task state not stored", "task", e.key.id, "owner", e.key.owner, "state", a2a.TaskStateWorking, "error", err)
	}
	return nil
}

func (s *Service) transition(e *execution, t Transition) error {
	for len(e.rest) > 0 {
		if err := s.tellPiece(e, e.rest[0]); err != nil {
			return err
		}
		e.rest = e.rest[1:]
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.base), persistTimeout)
	defer cancel()
	e.address(t)
	return s.store.Transition(ctx, e.key.owner, e.key.id, t)
}

// address makes what is said beside a state part of the task.
func (e *execution) address(t Transition) {
	if t.Message != nil && t.To != StateAnswered {
		t.Message.TaskID, t.Message.ContextID = a2a.TaskID(e.key.id), e.contextID
	}
}

// ended returns the task as the store now has it, without asking the store.
func (e *execution) ended(t Transition) *a2a.Task {
	if e.task == nil {
		return nil
	}
	task := *e.task
	task.Status = a2a.TaskStatus{State: t.To, Message: t.Message, Timestamp: &t.At}
	task.Artifacts = e.made
	return &task
}
