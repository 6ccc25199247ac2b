package task

import (
	"context"
	"errors"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/identity"
)

// SendOptions are what the dialect of a client changes about sending.
type SendOptions struct {
	// AdoptTaskID creates a task under the id that the message names if the
	// caller has none of that id. A2A 1.0 answers TaskNotFound instead.
	AdoptTaskID bool

	atOnce bool // the request does not wait for the answer
}

// SendMessage implements A2A 1.0 section 3.1.1. It waits for the task to end
// or to need input unless the request asks to return immediately.
func (s *Service) SendMessage(ctx context.Context, req *a2a.SendMessageRequest) (a2a.SendMessageResult, error) {
	return s.Send(ctx, req, SendOptions{})
}

// Send is [Service.SendMessage] with the options of other dialects. Sending a
// message again that was stored before returns its task, or the message that it was answered with, and changes nothing.
func (s *Service) Send(ctx context.Context, req *a2a.SendMessageRequest, opt SendOptions) (a2a.SendMessageResult, error) {
	who, owner, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	msg, err := checkMessage(req)
	if err != nil {
		return nil, err
	}
	history, err := historyLength(sendHistory(req))
	if err != nil {
		return nil, err
	}
	opt.atOnce = req.Config != nil && req.Config.ReturnImmediately
	task, run, err := s.submit(ctx, who, owner, msg, opt)
	if err != nil {
		return nil, err
	}
	if run == nil || (opt.atOnce && s.tell(run)) {
		return reply(task, history), nil
	}
	_ = Reserve(ctx, 0)
	return s.await(ctx, run, history)
}

// submit stores the message and starts its execution. The execution is nil if
// the message was a duplicate whose execution has ended.
func (s *Service) submit(ctx context.Context, who identity.Caller, owner string, msg *a2a.Message, opt SendOptions) (*a2a.Task, *execution, error) {
	place, err := s.pool.admit(owner)
	if err != nil {
		return nil, nil, err
	}
	sub, err := s.submission(owner, msg, opt)
	if err != nil {
		s.pool.leave(place)
		return nil, nil, err
	}
	out, err := s.store.Submit(ctx, sub)
	if err != nil {
		if out.Unread != "" {
			s.giveUp(place, key{owner, out.Unread}, sub, err)
		} else {
			s.pool.leave(place)
		}
		return nil, nil, err
	}
	k := key{owner, string(out.Task.ID)}
	if out.Duplicate {
		s.pool.leave(place)
		return out.Task, s.running(k), nil
	}
	return out.Task, s.start(place, k, sub.Run, who, out.Task, opt.atOnce || msg.TaskID != ""), nil
}

func (s *Service) submission(owner string, msg *a2a.Message, opt SendOptions) (Submission, error) {
	sum, err := digest(msg)
	if err != nil {
		return Submission{}, invalid("message cannot be encoded")
	}
	var ids [3]string
	for i := range ids {
		if ids[i], err = s.newID(); err != nil {
			return Submission{}, err
		}
	}
	l := s.cfg.Limits
	return Submission{
		Owner: owner, Message: msg, Digest: sum,
		TaskID: ids[0], ContextID: ids[1], Run: ids[2], AdoptTaskID: opt.AdoptTaskID,
		At: s.now(), MaxTasks: l.Tasks, MaxBytes: l.Bytes, MaxMessages: l.Messages, MaxTaskBytes: l.TaskBytes,
		MakeRoom: s.cfg.MakeRoom,
	}, nil
}

// await returns the task when its execution has ended. If the request ends
// first, the task goes on and its present state is the answer.
func (s *Service) await(ctx context.Context, run *execution, history int) (a2a.SendMessageResult, error) {
	select {
	case <-run.done:
		if run.final != nil {
			return reply(run.final, history), nil
		}
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.Canceled) {
			return nil, context.Cause(ctx)
		}
		ctx = context.WithoutCancel(ctx)
		s.tell(run)
	}
	task, err := s.store.Get(ctx, run.key.owner, run.key.id, history)
	if err != nil {
		return nil, err
	}
	return reply(task, -1), nil
}

func sendHistory(req *a2a.SendMessageRequest) *int {
	if req.Config == nil {
		return nil
	}
	return req.Config.HistoryLength
}

// historyLength maps the parameter (A2A section 3.2.4) to the store's, where
// negative means all.
func historyLength(n *int) (int, error) {
	switch {
	case n == nil:
		return -1, nil
	case *n < 0:
		return 0, invalid("historyLength must not be negative")
	default:
		return *n, nil
	}
}

// trimHistory returns a task that carries at most the last n messages.
func trimHistory(t *a2a.Task, n int) *a2a.Task {
	if n < 0 || len(t.History) <= n {
		return t
	}
	trimmed := *t
	trimmed.History = t.History[len(t.History)-n:]
	return &trimmed
}
