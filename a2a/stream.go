package a2a

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/internal/answers"
	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/lease"
	"github.com/getbindu/bindu-go/internal/refusal"
	"github.com/getbindu/bindu-go/task"
)

const (
	// lookEvery is how often a stream in which nothing happens looks whether its
	// caller is still proved: often enough for [lease.MaxAge].
	lookEvery = time.Second
	// heartbeat is how long nothing is written at most, so that whoever is between
	// does not take the connection for dead.
	heartbeat = 15 * time.Second
)

// stream is an answer that comes as it is made.
type stream struct {
	updates task.Stream
	event   func(a2a.Event) (any, error) // what is encoded of one
	bare    bool                         // without the envelope of JSON-RPC
}

// stream answers with server-sent events, or the messages of gRPC. An error is one of before the first event.
// A large beginning waits for its turn as other answers do, and is begun again.
func (h *Handler) stream(w http.ResponseWriter, r *http.Request, env jsonrpc.Envelope, answer *answers.Answer, op operation, params jsontext.Value) error {
	opt := task.StreamOptions{After: lastEventID(r), Every: lookEvery}
	out := &events{h: h, w: w, r: r, rc: http.NewResponseController(w), env: env, answer: answer, grpc: jsonrpc.FormOf(r.Context()) == jsonrpc.GRPC}
	ctx := task.WithReserve(r.Context(), answer.Reserve)
	for {
		s, err := op.stream(ctx, params, opt)
		if err == nil {
			err = out.writeAll(s)
		}
		if !errors.Is(err, answers.ErrTurn) || out.begun {
			if err == nil {
				out.close()
			}
			return err
		}
		if err := answer.Wait(ctx); err != nil {
			return err
		}
	}
}

// lastEventID returns the number of the last event that the caller has. Any other
// value was not given by us, and says nothing.
func lastEventID(r *http.Request) *int64 {
	n, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64)
	if err != nil || n < 0 {
		return nil
	}
	return &n
}

// events writes one stream.
type events struct {
	h      *Handler
	w      http.ResponseWriter
	r      *http.Request
	rc     *http.ResponseController
	env    jsonrpc.Envelope
	answer *answers.Answer
	grpc   bool // frames of gRPC, in place of server-sent events
	begun  bool
	ended  bool      // it was said why
	last   time.Time // when something was written
	frame  []byte    // what is written of an event
}

// writeAll writes a stream to its end. The error is that of before the beginning.
func (e *events) writeAll(s stream) error {
	for u, err := range s.updates {
		switch {
		case err != nil && !e.begun:
			return err
		case err != nil:
			e.end(err)
			return nil
		}
		e.begin()
		if err := e.proved(); err != nil {
			e.end(err)
			return nil
		}
		if u.Event == nil {
			err = e.beat()
		} else {
			err = e.tell(s, u)
		}
		if err != nil {
			e.end(err)
			return nil
		}
	}
	return nil
}

// endsInEvents reports an operation whose clients look for errors among its events: those
// of A2A 0.3 and their official kit. Those of 1.0 and theirs want an answer like any other.
func (op operation) endsInEvents() bool { return op.stream != nil && op.Dialect == card.V03 }

// onlyEvent answers with a stream that has an error of the protocol alone, if the caller
// reads that.
func (h *Handler) onlyEvent(w http.ResponseWriter, r *http.Request, env jsonrpc.Envelope, answer *answers.Answer, err error) bool {
	if !slices.ContainsFunc(r.Header.Values("Accept"), hasEventStream) {
		return false
	}
	body, _, ok := protocolBody(r, env, err)
	if !ok {
		return false
	}
	defer body.release()
	out := &events{h: h, w: w, r: r, rc: http.NewResponseController(w), env: env, answer: answer}
	out.begin()
	_ = out.data(body.out)
	return true
}

func hasEventStream(accept string) bool {
	return strings.Contains(strings.ToLower(accept), "text/event-stream")
}

func (e *events) begin() {
	if e.begun {
		return
	}
	e.begun = true
	header := e.w.Header()
	if e.grpc {
		header.Set("Content-Type", grpcframe.ContentType)
		e.w.WriteHeader(http.StatusOK)
		return
	}
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no")
	header.Set("X-Content-Type-Options", "nosniff")
	e.w.WriteHeader(http.StatusOK)
}

// proved returns once it is known that the caller is still proved. While nobody can
// tell, nothing but heartbeats is written, and the stream waits where it is.
func (e *events) proved() error {
	for {
		err := lease.Check(e.w)
		if !errors.Is(err, lease.ErrUnknown) {
			return err
		}
		if err := e.pause(); err != nil {
			return err
		}
	}
}

func (e *events) pause() error {
	timer := time.NewTimer(lookEvery)
	defer timer.Stop()
	select {
	case <-e.r.Context().Done():
		return errGone
	case <-e.h.tasks.Ending():
		return task.ErrClosed
	case <-timer.C:
		return e.beat()
	}
}

// errGone: nobody reads any more.
var errGone = errors.New("the reader is gone")

// tell writes an update, which is charged while it is written.
func (e *events) tell(s stream, u task.Update) error {
	value, err := s.event(u.Event)
	if err != nil {
		return err
	}
	e.frame = e.frame[:0]
	if u.Seq > 0 {
		e.frame = append(strconv.AppendInt(append(e.frame, "id: "...), u.Seq, 10), '\n')
	}
	body, err := e.encode(s, value)
	if err != nil {
		return err
	}
	defer body.release()
	if err := e.answer.Made(int64(len(body.out))); err != nil {
		return err
	}
	if e.grpc {
		err = e.write(body.out)
	} else {
		err = e.data(body.out)
	}
	if err != nil {
		return err
	}
	return e.answer.Made(0)
}

func (e *events) encode(s stream, value any) (*encoder, error) {
	if s.bare {
		return encodeAlone(value)
	}
	return encodeResult(e.r, e.env, value)
}

// data writes the data of an event, behind its id.
func (e *events) data(body []byte) error {
	e.frame = append(append(append(e.frame, "data: "...), body...), "\n\n"...)
	defer func() {
		if cap(e.frame) > lent {
			e.frame = nil
		}
	}()
	return e.write(e.frame)
}

// beat says that the stream is alive, if nothing was written for a while.
func (e *events) beat() error {
	if e.grpc || time.Since(e.last) < heartbeat { // gRPC leaves that to HTTP/2
		return nil
	}
	return e.write([]byte(": \n\n"))
}

// write writes at once. Between two writes there is no deadline.
func (e *events) write(frame []byte) error {
	e.last = time.Now()
	if _, err := e.w.Write(frame); err != nil {
		return errGone
	}
	if err := e.rc.Flush(); err != nil {
		return errGone
	}
	_ = e.rc.SetWriteDeadline(time.Time{}) // of a writer that has none there is nothing to take off
	return nil
}

// end is the last event, which says why there are no more.
func (e *events) end(err error) {
	e.ended = true
	if e.grpc {
		e.endFrames(err)
		return
	}
	if errors.Is(err, errGone) || e.r.Context().Err() != nil {
		return
	}
	e.frame = e.frame[:0]
	if jsonrpc.FormOf(e.r.Context()) != jsonrpc.Enveloped {
		e.frame = append(e.frame, "event: error\n"...) // by which clients of HTTP+JSON know it
	}
	_ = e.data(e.h.failure(e.r, e.env, err))
}

// failure is the error that an answer that has begun ends with.
func (h *Handler) failure(r *http.Request, env jsonrpc.Envelope, err error) []byte {
	if over, ok := errors.AsType[*lease.Ended](err); ok {
		jsonrpc.OutcomeOf(r.Context()).Cause = over
		return jsonrpc.RefusalBody(r, env.ID, refusal.AuthExpired.At(refusal.Tasks), over.Gate)
	}
	if body, _, ok := protocolBody(r, env, err); ok {
		return body.out // which nobody else is lent
	}
	a, _, gate := h.refusal(r, env, err)
	body := jsonrpc.RefusalBody(r, env.ID, a, gate)
	if errors.Is(err, task.ErrClosed) {
		jsonrpc.OutcomeOf(r.Context()).Gate = "" // nobody was refused: the stream was served until the stop
	}
	return body
}
