package a2a

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	legacy "github.com/a2aproject/a2a-go/a2a"
	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/internal/answers"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/task"
)

// answered names the caller to whom an answer is charged.
func answered(ctx context.Context) string {
	caller, _ := identity.CallerFromContext(ctx)
	return caller.Name()
}

// answer writes what the call results in; with an error nothing is written. What
// the answer holds is charged to the caller until it is written, and so is the
// request, which is kept as long.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, env jsonrpc.Envelope, answer *answers.Answer, op operation, params jsontext.Value) error {
	result, err := reserved(r.Context(), answer, func(ctx context.Context) (any, error) { return op.call(ctx, params) })
	if err != nil {
		return err
	}
	e, err := encodeResult(r, env, result)
	if err != nil {
		return err
	}
	if err := answer.Made(int64(len(e.out)) + max(r.ContentLength, 0)); err != nil {
		e.release()
		return err
	}
	e.send(w, r, http.StatusOK)
	return nil
}

// encodeResult returns what answers a request with a result, in the form of its
// binding.
func encodeResult(r *http.Request, env jsonrpc.Envelope, result any) (*encoder, error) {
	switch jsonrpc.FormOf(r.Context()) {
	case jsonrpc.Bare:
		return encodeAlone(result)
	case jsonrpc.GRPC:
		return encodeFrame(env.Method, result)
	}
	return encode(env.ID, "result", result)
}

// reserved calls an operation whose answer is charged before it is read. One
// that is large, which is known only then, waits for its turn and is begun again:
// while it waits it holds no memory and no connection of the store.
func reserved(ctx context.Context, answer *answers.Answer, call func(context.Context) (any, error)) (any, error) {
	ctx = task.WithReserve(ctx, answer.Reserve)
	result, err := call(ctx)
	if !errors.Is(err, answers.ErrTurn) {
		return result, err
	}
	if err := answer.Wait(ctx); err != nil {
		return nil, err
	}
	return call(ctx)
}

// encode writes a response whose member is "result" or "error". Its buffer is lent
// until [encoder.send] or [encoder.release].
func encode(id jsontext.Value, member string, value any) (*encoder, error) {
	e := encoders.Get().(*encoder)
	e.out, e.err = append(e.out[:0], `{"jsonrpc":"2.0","id":`...), nil
	e.out = append(e.out, id...)
	e.raw(`,"`)
	e.raw(member)
	e.raw(`":`)
	e.result(value)
	e.raw(`}`)
	if e.err != nil {
		defer e.release()
		return nil, fmt.Errorf("encoding a response: %w", e.err)
	}
	return e, nil
}

// encodeAlone is encode of a value without the response around it.
func encodeAlone(value any) (*encoder, error) {
	e := encoders.Get().(*encoder)
	e.out, e.err = e.out[:0], nil
	if e.result(value); e.err != nil {
		defer e.release()
		return nil, fmt.Errorf("encoding an event: %w", e.err)
	}
	return e, nil
}

// encoders lend out buffers.
var encoders = sync.Pool{New: func() any { return new(encoder) }}

// lent is the largest buffer that is lent out again: one large answer does not make all
// others hold as much.
const lent = 64 << 10

func (e *encoder) release() {
	if cap(e.out) <= lent {
		encoders.Put(e)
	}
}

// result writes what answers a call.
func (e *encoder) result(value any) {
	switch v := value.(type) {
	case *legacy.Task:
		e.task03(v)
	case *legacy.Message:
		e.message03(v)
	case []*legacy.Task:
		if v == nil {
			e.raw("null")
			return
		}
		each(e, v, (*encoder).task03)
	case *legacy.TaskStatusUpdateEvent:
		e.update03(v)
	case *a2a.Task:
		e.task1(v)
	case *a2a.ListTasksResponse:
		e.list1(v)
	case a2a.StreamResponse:
		e.event1(v)
	case wireError:
		v.write(e)
	default:
		e.value(v)
	}
}

// send writes the response, with the headers that every answer has. Its buffer is not lent
// again if that fails: net/http may then still be reading it, over HTTP/2 for a stream that
// was reset, and the next answer is another caller's.
func (e *encoder) send(w http.ResponseWriter, r *http.Request, status int) {
	form := jsonrpc.FormOf(r.Context())
	if form == jsonrpc.GRPC {
		e.sendFrame(w)
		return
	}
	jsonrpc.SetHeaders(w.Header())
	if form != jsonrpc.Enveloped {
		w.Header().Set("Content-Type", jsonrpc.MediaType(r))
	}
	if _, err := jsonrpc.Send(w, status, e.out); err == nil { // else the caller is gone
		e.release()
	}
}
