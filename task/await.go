package task

import (
	"context"
	"errors"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// waiter reads a task until the run that works on it has ended.
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
		if err != nil && ctx.Err() != nil {
			break
		}
		if err != nil {
			return nil, err
		}
		if run.run == "" {
			run.run = head.Run
		}
		if ended || head.AtRest() || head.Run != run.run {
			return s.present(ctx, run.key, history)
		}
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return nil, context.Cause(ctx)
	}
	ctx = context.WithoutCancel(ctx)
	_, _ = s.tell(ctx, run.key) // what becomes of it is stored under this id in any case
	return s.present(ctx, run.key, history)
}

// present is what the sender of a message gets of the task as it is now.
func (s *Service) present(ctx context.Context, k key, history int) (a2a.SendMessageResult, error) {
	task, err := s.store.Get(ctx, k.owner, k.id, history)
	if err != nil {
		return nil, err
	}
	return reply(task, -1), nil
}
