package peer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// connection reads what one connection brings, and counts its events.
func (s *streaming) connection(ctx context.Context, next func(streamer) (string, any), dialect streamer) (came int, err error) {
	speaks, err := s.p.speaker()
	if err != nil {
		return 0, err
	}
	call := invocation{streams: true, last: s.last}
	if call.id, err = newID(s.c.cfg.Rand); err != nil {
		return 0, err
	}
	call.method, call.params = next(dialect)
	ctx, cancel := context.WithCancelCause(withBearer(ctx, &s.sent))
	defer cancel(nil)
	quiet := time.AfterFunc(s.c.cfg.RequestTimeout, func() { cancel(fmt.Errorf("%w: the stream is silent", ErrTimeout)) })
	defer quiet.Stop()
	resp, err := s.open(ctx, speaks, call)
	if err != nil {
		return 0, s.p.heard(causeOf(ctx, err))
	}
	defer resp.Body.Close()
	if s.p.Binding == GRPC { // which has no comments: the transport looks whether the peer is there
		quiet.Stop()
	}
	came, err = s.read(ctx, resp, speaks.events(resp, call, func() { quiet.Reset(s.c.cfg.Silence) }, s.c.cfg.Now))
	return came, s.p.heard(causeOf(ctx, err))
}

// read tells what a stream brings to its end. The update that ends the task is told once
// it is known that the stream is whole.
func (s *streaming) read(ctx context.Context, resp *http.Response, events func() (event, error)) (came int, err error) {
	_, signed := resp.Body.(*provedEvents)
	for !s.over {
		e, err := events()
		if err == nil && !signed && s.p.demands() {
			err = ErrUnsigned
		}
		if _, refused := errors.AsType[*Refusal](err); refused && signed {
			_ = signedEnd(events) // behind which it is recorded as a whole; the refusal says more
		}
		if err != nil {
			return came, err
		}
		u, err := s.event(ctx, e)
		if err == nil && signed && u.State.settled() {
			err = signedEnd(events)
		}
		if err != nil {
			return came, err
		}
		s.tell(u, e.id)
		came++
	}
	return came, nil
}

// signedEnd reads what stands behind the last event of a signed stream, its end.
func signedEnd(events func() (event, error)) error {
	switch _, err := events(); {
	case err == nil:
		return fmt.Errorf("%w: an event behind the last", ErrReply)
	case errors.Is(err, errBrokeOff):
		return nil
	default:
		return err
	}
}

// causeOf prefers why we hung up.
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && err != nil {
		return cause
	}
	return err
}

// open makes the request, and returns the answer once it is a stream.
func (s *streaming) open(ctx context.Context, speaks speaker, call invocation) (*http.Response, error) {
	client, err := s.c.HTTPClient(s.p)
	if err != nil {
		return nil, err
	}
	req, err := speaks.request(ctx, s.p, call)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusOK && speaks.isStream(resp) {
		return resp, nil
	}
	return nil, s.noStream(ctx, speaks, resp, call)
}

// noStream is the error of an answer that is none.
func (s *streaming) noStream(ctx context.Context, speaks speaker, resp *http.Response, call invocation) error {
	a, err := readAnswer(ctx, resp, maxReply)
	if err != nil {
		return err
	}
	if _, err := speaks.result(a, call, s.c.cfg.Now()); err != nil {
		return err
	}
	return fmt.Errorf("%w: a result in place of a stream", ErrReply)
}

// event reads one event.
func (s *streaming) event(ctx context.Context, e event) (Update, error) {
	u, err := parseUpdate(ctx, e.result)
	if err != nil {
		return Update{}, err
	}
	if isUsable(e.id) {
		u.ID = e.id
	}
	switch {
	case s.taskID != "" && u.TaskID != s.taskID:
		return Update{}, errOtherTask
	case s.thread != "" && u.ContextID != "" && u.ContextID != s.thread:
		return Update{}, errOtherThread
	}
	return u, nil
}

// tell tells what an event with an id says.
func (s *streaming) tell(u Update, id string) {
	if id != "" {
		s.last = u.ID // without one of use the stream is gone on with from the task as it stands
	}
	if s.taskID == "" {
		s.taskID = u.TaskID
	}
	if s.thread == "" {
		s.thread = u.ContextID
	}
	if !s.yield(u, nil) || u.State.settled() {
		s.over = true
	}
}
