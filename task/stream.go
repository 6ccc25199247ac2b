package task

import (
	"context"
	"iter"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// Update is one event of a stream.
type Update struct {
	// Seq is the number behind which a reader that has this event goes on; see
	// [StreamOptions]. It is 0 where there is nothing to go on with.
	Seq int64
	// Event is a [*a2a.Task], which says how things stand, a [*a2a.Message], which is the
	// whole answer, or what happened: a [*a2a.TaskStatusUpdateEvent] or a
	// [*a2a.TaskArtifactUpdateEvent]. It is nil where nothing happened for a while.
	Event a2a.Event
}

// Stream is a task as it happens. An error is its end; without one it ends when the
// task rests: nothing more happens before its owner does something. Events of one
// task come in their order and none is missing. Whoever breaks off changes nothing.
type Stream = iter.Seq2[Update, error]

// StreamOptions are what a reader wants of a stream.
type StreamOptions struct {
	SendOptions
	// After is the number of the last event that the reader has: it gets those behind
	// it. Nil: how things stand comes first.
	After *int64
	// Every is after how long without an event the reader gets an update without one;
	// 0 is never.
	Every time.Duration
}

// SendStreamingMessage implements A2A 1.0 section 3.1.2; see [Service.SendStream].
func (s *Service) SendStreamingMessage(ctx context.Context, req *a2a.SendMessageRequest) iter.Seq2[a2a.Event, error] {
	return bare(s.SendStream(ctx, req, StreamOptions{}))
}

// SubscribeToTask implements A2A 1.0 section 3.1.6; see [Service.Subscribe].
func (s *Service) SubscribeToTask(ctx context.Context, req *a2a.SubscribeToTaskRequest) iter.Seq2[a2a.Event, error] {
	return bare(s.Subscribe(ctx, req, StreamOptions{}))
}

// bare is a stream without numbers.
func bare(all Stream) iter.Seq2[a2a.Event, error] {
	return func(yield func(a2a.Event, error) bool) {
		for u, err := range all {
			if !yield(u.Event, err) {
				return
			}
		}
	}
}

// SendStream is [Service.Send] with an answer that comes as it is made: the task and
// then what happens to it, or a message alone.
func (s *Service) SendStream(ctx context.Context, req *a2a.SendMessageRequest, opt StreamOptions) Stream {
	return func(yield func(Update, error) bool) {
		who, owner, err := caller(ctx)
		var msg *a2a.Message
		if err == nil {
			msg, err = checkMessage(req)
		}
		history := 0
		if err == nil {
			history, err = historyLength(sendHistory(req))
		}
		if err != nil {
			yield(Update{}, err)
			return
		}
		opt.stream, opt.push = true, sendPush(req)
		out, run, err := s.submit(ctx, asked{who, req.Metadata}, owner, msg, opt.SendOptions)
		if err != nil {
			yield(Update{}, err)
			return
		}
		if run == nil { // it was sent before, and answered
			yield(Update{Event: reply(out.Task, history)}, nil)
			return
		}
		defer run.close()
		_ = Reserve(ctx, 0)
		(&streaming{s: s, ctx: ctx, r: run.reader, every: opt.Every, history: history, yield: yield}).answer(run.run)
	}
}

// Subscribe reads a task of the caller from now on, or behind an event that the
// reader has. A task that has ended is [ErrNothingToCome] to who has it all.
func (s *Service) Subscribe(ctx context.Context, req *a2a.SubscribeToTaskRequest, opt StreamOptions) Stream {
	return func(yield func(Update, error) bool) {
		_, owner, err := caller(ctx)
		if err == nil {
			err = checkTaskID(req.ID)
		}
		if err != nil {
			yield(Update{}, err)
			return
		}
		r := s.feed.stream(key{owner, string(req.ID)})
		defer r.close()
		(&streaming{s: s, ctx: ctx, r: r, every: opt.Every, history: -1, yield: yield}).subscribe(opt.After)
	}
}

// Ending is closed when streams are to end; see [Service.EndStreams].
func (s *Service) Ending() <-chan struct{} { return s.ending }

// EndStreams ends every stream with [ErrClosed], those to come too. The tasks go on.
func (s *Service) EndStreams() { s.end() }
