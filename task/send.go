package task

import (
	"cmp"
	"context"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// SendOptions are what the dialect of a client changes about sending.
type SendOptions struct {
	// AdoptTaskID creates a task under the id that the message names if the
	// caller has none of that id. A2A 1.0 answers TaskNotFound instead.
	AdoptTaskID bool
	// PushForm is that of the webhook which the request names; see [Push].
	PushForm string

	atOnce bool // the request does not wait for the answer
	stream bool // the request reads each event
	push   *a2a.PushConfig
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
	opt.atOnce, opt.push = req.Config != nil && req.Config.ReturnImmediately, sendPush(req)
	out, run, err := s.submit(ctx, asked{who, req.Metadata}, owner, msg, opt)
	if err != nil {
		return nil, err
	}
	if run == nil {
		return reply(out.Task, history), nil
	}
	defer run.close()
	if opt.atOnce {
		return s.replyAtOnce(ctx, run, out, history)
	}
	_ = Reserve(ctx, 0)
	return s.await(ctx, run, history)
}

// replyAtOnce answers with the task as it is, and sees to it that it stays one.
func (s *Service) replyAtOnce(ctx context.Context, run *waiter, out Submitted, history int) (a2a.SendMessageResult, error) {
	if out.Duplicate {
		works, err := s.store.Tell(ctx, run.key.owner, run.key.id)
		if err != nil {
			return nil, err
		}
		if !works {
			return s.present(ctx, run.key, history)
		}
	}
	return reply(out.Task, history), nil
}

// submit stores the message and starts its execution. There is nothing to wait
// for, and the waiter is nil, if the message was a duplicate and nobody works on
// its task.
func (s *Service) submit(ctx context.Context, by asked, owner string, msg *a2a.Message, opt SendOptions) (Submitted, *waiter, error) {
	place, err := s.pool.admit(owner)
	if err != nil {
		return Submitted{}, nil, err
	}
	sub, err := s.submission(owner, msg, opt)
	if err == nil {
		err = s.lease.hold(ctx)
	}
	if err != nil {
		s.pool.leave(place)
		return Submitted{}, nil, err
	}
	if f := s.beginFirst(ctx, place, by, sub, opt); f != nil {
		return f.submit(ctx)
	}
	// Before it is stored: nobody changes the task between that and the reading.
	news := s.feed.follow(key{owner, cmp.Or(string(msg.TaskID), sub.TaskID)})
	out, err := s.store.Submit(ctx, sub)
	switch {
	case out.Unread != "":
		s.giveUp(place, news, sub, out.Fence, err)
		return Submitted{}, nil, err
	case err != nil, out.Duplicate:
		news.close()
		s.pool.leave(place)
		return s.decided(owner, out, err, opt.stream)
	}
	if sub.Push != nil || msg.TaskID != "" {
		s.arm(key{owner, string(out.Task.ID)})
	}
	s.feed.wakeOthers(news, false)
	run := &waiter{reader: s.feed.read(news.key, opt.stream), run: sub.Run}
	s.start(ctx, place, news, sub.Run, by, out)
	return out, run, nil
}

// decided is what submit returns of a message that begins no execution now.
func (s *Service) decided(owner string, out Submitted, err error, stream bool) (Submitted, *waiter, error) {
	if err != nil || atRest(out.Task.Status.State) {
		return out, nil, err
	}
	return out, &waiter{reader: s.feed.read(key{owner, string(out.Task.ID)}, stream), behind: true}, nil
}

func (s *Service) submission(owner string, msg *a2a.Message, opt SendOptions) (Submission, error) {
	coded, err := encode(msg)
	if err != nil {
		return Submission{}, invalid("message cannot be encoded")
	}
	var ids [3]string
	for i := range ids {
		if ids[i], err = s.newID(); err != nil {
			return Submission{}, err
		}
	}
	body, err := coded.placed(cmp.Or(string(msg.TaskID), ids[0]), cmp.Or(msg.ContextID, ids[1]))
	if err != nil {
		return Submission{}, invalid("message cannot be encoded")
	}
	l := s.cfg.Limits
	var push *NewPush
	if opt.push != nil {
		if push, err = s.newPush(opt.push, opt.PushForm); err != nil {
			return Submission{}, err
		}
	}
	return Submission{
		Owner: owner, Message: msg, Body: body, Digest: coded.digest(),
		TaskID: ids[0], ContextID: ids[1], Run: ids[2], AdoptTaskID: opt.AdoptTaskID,
		Holder: s.lease.holder, Told: opt.atOnce || msg.TaskID != "" || push != nil, // who is told of a task gets one
		Push: push,
		At:   s.now(), MaxTasks: l.Tasks, MaxBytes: l.Bytes, MaxMessages: l.Messages, MaxTaskBytes: l.TaskBytes,
		MakeRoom: s.cfg.MakeRoom,
	}, nil
}

func sendPush(req *a2a.SendMessageRequest) *a2a.PushConfig {
	if req.Config == nil {
		return nil
	}
	return req.Config.PushConfig
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
