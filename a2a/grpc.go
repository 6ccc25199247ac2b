package a2a

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/lease"
	"github.com/getbindu/bindu-go/internal/protoform"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// GRPCRoutes returns the paths of the binding gRPC (A2A 1.0 section 10): for each the
// method of A2A 1.0 that it stands for. All are called by POST.
func GRPCRoutes() map[string]string {
	routes := make(map[string]string)
	for _, m := range Methods() {
		if _, ok := protoform.MethodOf(m.Name); ok {
			routes[protoform.Path(m.Name)] = m.Name
		}
	}
	return routes
}

// GRPC returns a handler of [GRPCRoutes] over the same service, with the same shares of
// callers. Whoever found the route leaves in the request's context the method, and what
// the message of the body is in JSON as its parameters. It needs a server of HTTP/2,
// whose trailers it writes.
func (h *Handler) GRPC() http.Handler { return http.HandlerFunc(h.serveGRPC) }

func (h *Handler) serveGRPC(w http.ResponseWriter, r *http.Request) {
	ctx := jsonrpc.WithForm(r.Context(), jsonrpc.GRPC)
	env, ok := jsonrpc.FromContext(ctx)
	if !ok {
		jsonrpc.Refuse(w, r.WithContext(ctx), nil, refusal.NotFound.At(refusal.Tasks), "")
		return
	}
	if values, given := r.Header["Grpc-Timeout"]; given {
		timeout, ok := grpcframe.Timeout(values[0])
		if !ok || len(values) > 1 {
			h.writeError(w, r.WithContext(ctx), env, invalidParams("grpc-timeout is at most eight digits and one of H, M, S, m, u and n"))
			return
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	h.serve(w, r.WithContext(ctx), env)
}

var errNoMessage = errors.New("a2a: no message of gRPC for this result")

// encodeFrame returns the frame with the message that answers a method. Its buffer is
// lent like that of [encode].
func encodeFrame(method string, result any) (*encoder, error) {
	m, ok := protoform.MethodOf(method)
	if !ok {
		return nil, errNoMessage
	}
	object, err := encodeAlone(result)
	if err != nil {
		return nil, err
	}
	defer object.release()
	e := encoders.Get().(*encoder)
	out, err := m.Response.Append(grpcframe.Begin(e.out[:0]), object.out)
	if err == nil {
		err = grpcframe.End(out)
	}
	if err != nil {
		e.release()
		return nil, fmt.Errorf("encoding a message: %w", err)
	}
	e.out, e.err = out, nil
	return e, nil
}

// sendFrame is [encoder.send] of a frame, behind which the status is.
func (e *encoder) sendFrame(w http.ResponseWriter) {
	w.Header().Set("Content-Type", grpcframe.ContentType)
	w.WriteHeader(http.StatusOK)
	if _, err := w.Write(e.out); err == nil { // else the caller is gone, or was refused instead
		e.release()
		grpcframe.Status{}.Set(w.Header(), http.TrailerPrefix)
	}
}

// sendStatus answers with an error.
func (h *Handler) sendStatus(w http.ResponseWriter, r *http.Request, env jsonrpc.Envelope, err error) {
	s, retry := h.status(r, env, err)
	if retry {
		w.Header().Set("Retry-After", "1")
	}
	jsonrpc.SendStatus(w, s)
}

// status is what an error is in gRPC, and whether to send the request again helps.
func (h *Handler) status(r *http.Request, env jsonrpc.Envelope, err error) (s grpcframe.Status, retry bool) {
	if over, ok := errors.AsType[*lease.Ended](err); ok {
		jsonrpc.OutcomeOf(r.Context()).Cause = over
		return jsonrpc.RefusalStatus(r, refusal.AuthExpired.At(refusal.Tasks), over.Gate), false
	}
	if refused, known, ok := protocolError(r, err); ok {
		return jsonrpc.GRPCStatus(known.name, refused.Message, detailsOf(refused)), false
	}
	a, retry, gate := h.refusal(r, env, err)
	return jsonrpc.RefusalStatus(r, a, gate), retry
}

// endFrames says in the trailers why there are no more messages.
func (e *events) endFrames(err error) {
	switch over := e.r.Context().Err(); {
	case errors.Is(over, context.DeadlineExceeded):
		err = over
	case errors.Is(err, errGone) || over != nil:
		return
	}
	s, _ := e.h.status(e.r, e.env, err)
	s.Set(e.w.Header(), http.TrailerPrefix)
}

// close says that a stream of gRPC came to its end, unless it was said why it did not.
func (e *events) close() {
	if !e.grpc || e.ended {
		return
	}
	e.begin()
	if err := e.r.Context().Err(); err != nil {
		e.endFrames(err)
		return
	}
	grpcframe.Status{}.Set(e.w.Header(), http.TrailerPrefix)
}
