package peer

import (
	"context"
	"errors"
	"iter"

	wire "github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/getbindu/bindu-go/internal/refusal"
	"github.com/getbindu/bindu-go/internal/retry"
)

// Stream delivers text as [Client.Send] does, and yields what the peer tells of the
// answer as it comes, until the task has ended or wants something from us. A stream
// that breaks is gone on with where it was, for as long as the context lasts. A peer
// that does not stream is asked as Send does, and its answer is the one update.
// Errors are those of Send; one is the last.
func (c *Client) Stream(ctx context.Context, p Peer, text string, opts ...SendOption) iter.Seq2[Update, error] {
	return func(yield func(Update, error) bool) {
		var in conversation
		for _, opt := range opts {
			opt(&in)
		}
		message, err := c.compose(p, text, in)
		if err != nil {
			yield(Update{}, err)
			return
		}
		s := &streaming{c: c, p: p, yield: yield, away: in.away}
		s.repeats = c.repeats(ctx, p, delivery(p), &s.sent)
		s.run(ctx, func(d streamer) (string, any) { return d.stream(message) }, func() (Reply, error) { return c.Send(ctx, p, text, opts...) })
	}
}

// Follow yields what happens to a task of ours from now on, or behind the event with
// the id after, as [Client.Stream] does. Of the options only [WhenAway] counts.
func (c *Client) Follow(ctx context.Context, p Peer, taskID, after string, opts ...SendOption) iter.Seq2[Update, error] {
	return func(yield func(Update, error) bool) {
		var in conversation
		for _, opt := range opts {
			opt(&in)
		}
		if taskID == "" {
			yield(Update{}, errNoTask)
			return
		}
		s := &streaming{c: c, p: p, yield: yield, taskID: taskID, last: after, away: in.away}
		s.repeats = c.repeats(ctx, p, asked, &s.sent)
		s.run(ctx, func(d streamer) (string, any) { return d.subscribe(taskID) }, func() (Reply, error) { return c.Result(ctx, p, taskID) })
	}
}

// streamer is a dialect that streams.
type streamer interface {
	stream(m outgoing) (method string, params any)
	subscribe(taskID string) (method string, params any)
}

func (d v1) stream(m outgoing) (string, any) {
	_, params := d.send(m)
	req := params.(*wire.SendMessageRequest)
	req.Config.ReturnImmediately = false
	return "SendStreamingMessage", req
}

func (d v1) subscribe(taskID string) (string, any) {
	return "SubscribeToTask", &wire.SubscribeToTaskRequest{Tenant: d.tenant, ID: wire.TaskID(taskID)}
}

func (v03) stream(m outgoing) (string, any) { return "message/stream", m.v03() }

func (v03) subscribe(taskID string) (string, any) {
	return "tasks/resubscribe", map[string]string{"id": taskID}
}

// streaming is one stream, however many connections it takes.
type streaming struct {
	c       *Client
	p       Peer
	yield   func(Update, error) bool
	repeats repeats
	sent    bearer
	away    func(error) // may be nil
	taskID  string      // once it is known
	thread  string      // the context, once it is known
	last    string      // id of the last event that came; "" where none of use came with it
	over    bool        // the reader breaks off, or has been told how it ends
}

func (s *streaming) end(u Update, err error) {
	if !s.over {
		s.over = true
		s.yield(u, err)
	}
}

// run reads a stream to its end. whole is how to get the answer without one.
func (s *streaming) run(ctx context.Context, begin func(streamer) (string, any), whole func() (Reply, error)) {
	d, err := dialectOf(s.p)
	if err != nil {
		s.end(Update{}, err)
		return
	}
	speaks, streams := d.(streamer)
	ask := func(get func() (Reply, error)) {
		reply, err := get()
		s.finish(ctx, reply, err)
	}
	if !streams {
		ask(whole)
		return
	}
	for next := begin; !s.over; {
		came, err := s.connection(ctx, next, speaks)
		if s.taskID != "" {
			next = func(d streamer) (string, any) { return d.subscribe(s.taskID) }
		}
		switch {
		case came > 1:
			s.repeats = s.c.repeats(ctx, s.p, asked, &s.sent)
		case came == 1: // who breaks off after each event is asked less and less often
			s.repeats.may, s.repeats.renewed = asked, false
		}
		switch {
		case s.over:
		case !cannotStream(err):
			s.pause(ctx, err)
		case s.taskID == "":
			ask(whole)
		default: // it has ended meanwhile
			ask(func() (Reply, error) { return s.c.Result(ctx, s.p, s.taskID) })
		}
	}
}

// pause waits before the stream is gone on with, or ends it where it is not.
func (s *streaming) pause(ctx context.Context, err error) {
	wait, again := s.repeats.after(ctx, err)
	if s.taskID != "" && isOver(err) {
		wait, again = s.repeats.pause(ctx, 0)
	}
	if !again || !enough(ctx, wait) {
		s.end(Update{}, err)
		return
	}
	if s.away != nil {
		s.away(err)
	}
	if retry.Wait(ctx, wait) != nil {
		s.end(Update{}, err)
	}
}

// finish tells the whole answer, the last update.
func (s *streaming) finish(ctx context.Context, reply Reply, err error) {
	if err != nil {
		s.end(Update{}, err)
		return
	}
	s.end(snapshot(ctx, reply))
}

// cannotStream reports a peer that does not stream, or not this task any more.
func cannotStream(err error) bool {
	r, ok := errors.AsType[*Refusal](err)
	return ok && (r.Code == codeUnsupported || r.Code == refusal.CodeMethodNotFound)
}

// codeUnsupported is the number of UnsupportedOperationError (A2A 1.0 section 5.4).
const codeUnsupported = -32004

// isOver reports an end that a stream is gone on after: of the peer, of our proofs,
// which are made anew, or of all that came.
func isOver(err error) bool {
	r, refused := errors.AsType[*Refusal](err)
	return refused && (r.Reason == "shutting_down" || r.Reason == "auth_expired") || errors.Is(err, ErrTimeout)
}
