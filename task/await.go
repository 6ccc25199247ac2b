package task

import (
	"context"
	"errors"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// waiter reads a task until it comes to rest.
type waiter struct {
	*reader
	run    string // "" until it was read
	behind bool   // something may have happened already
}

// await returns the task when the run that works on it has ended. If the request
// ends first, the task goes on and its present state is the answer.
func (s *Service) await(ctx context.Context, run *waiter, history int) (a2a.SendMessageResult, error) {
	for run.behind || run.wait(ctx) {
		run.behind = false
		final, ended := run.outcome(run.run)
		if final != nil {
			return reply(final, history), nil
		}
		_, head, err := s.store.Events(ctx, run.key.owner, run.key.id, 0, 0)
		if err != nil && !ended && (ctx.Err() != nil || isPassing(err)) {
			continue // the execution goes on
		}
		if err != nil {
			return nil, err
		}
		if ended || head.AtRest() {
			return s.present(ctx, run.key, history)
		}
		run.run = head.Run // another, if the first was lost
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return nil, context.Cause(ctx)
	}
	ctx = context.WithoutCancel(ctx)
	s.tell(ctx, run.key)
	return s.present(ctx, run.key, history)
}

// tellTimeout bounds what a request whose time is up still waits for.
const tellTimeout = time.Second

// tell notes that the owner gets to know a task before it ends. Where that fails,
// what becomes of it is found under its id all the same.
func (s *Service) tell(ctx context.Context, k key) {
	ctx, cancel := context.WithTimeout(ctx, tellTimeout)
	defer cancel()
	if _, err := s.store.Tell(ctx, k.owner, k.id); err != nil {
		s.cfg.Logger.Warn("it was not noted that the owner knows a task", "task", k.id, "owner", k.owner, "error", err)
	}
}

// present is what the sender of a message gets of the task as it is now.
func (s *Service) present(ctx context.Context, k key, history int) (a2a.SendMessageResult, error) {
	task, err := s.store.Get(ctx, k.owner, k.id, history)
	if err != nil {
		return nil, err
	}
	return reply(task, -1), nil
}
