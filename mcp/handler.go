package mcp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/mcpwire"
)

// exchange is one request of a caller, and the server's answer.
type exchange struct {
	h       *Handler
	w       http.ResponseWriter
	r       *http.Request
	caller  identity.Caller
	message mcpwire.Message

	session *session // that the request names; nil for none
	opens   bool     // the answer may open one, for which there is a place
	begun   bool     // the caller was told a status
	quiet   *time.Timer
	cancel  context.CancelCauseFunc
}

// ServeHTTP hands a request on and answers with what the server answers.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	caller, known := identity.CallerFromContext(r.Context())
	message, read := mcpwire.FromContext(r.Context())
	x := &exchange{h: h, w: w, r: r, caller: caller, message: message}
	if !known || !read { // no gate lets such a request through
		x.refuse(errNobody)
		return
	}
	if err := x.serve(); err != nil {
		x.refuse(err)
	}
}

// serve takes what the request needs of sessions, and asks.
func (x *exchange) serve() error {
	h := x.h
	id := x.r.Header.Get(mcpwire.HeaderSession)
	switch {
	case id != "":
		one, done := h.sessions.use(x.caller.Name(), id)
		if one == nil {
			return errNoSession
		}
		defer done()
		x.session = one
	case x.r.Method == http.MethodDelete, x.r.Header.Get(mcpwire.HeaderEvent) != "":
		return errNoSession // an event's id says nothing of whose it is
	case x.message.Method == mcpwire.MethodInitialize && x.message.IsRequest():
		lost, err := h.sessions.reserve(x.caller.Name())
		if lost != nil {
			h.endUpstream(x.r.Context(), lost)
		}
		if err != nil {
			return err
		}
		x.opens = true
		defer x.settle("")
	}
	return x.ask()
}

// settle gives the place of a session back, once, or gives the caller the session.
func (x *exchange) settle(id string) {
	if !x.opens {
		return
	}
	x.opens = false
	x.h.sessions.settle(x.caller, id)
}

// ask asks the server, and hands on its answer. An error is one of before the caller was
// told anything.
func (x *exchange) ask() error {
	ctx, cancel := context.WithCancelCause(x.r.Context())
	defer cancel(nil)
	x.cancel = cancel
	q, err := x.question()
	if err != nil {
		return err
	}
	x.quiet = time.AfterFunc(x.h.cfg.Timeout, func() {
		cancel(fmt.Errorf("%w: nothing came for %s", errSilent, x.h.cfg.Timeout))
	})
	defer x.quiet.Stop()
	answer, err := x.h.http.Open(ctx, q)
	if err != nil {
		return x.failed(ctx, err)
	}
	defer answer.Body.Close()
	x.h.note(nil)
	return x.relay(ctx, answer)
}

// failed is why the server gave no answer.
func (x *exchange) failed(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	x.h.note(err)
	return fmt.Errorf("%w: %w", errAway, err)
}

// question is the request as the server gets it: made anew, with the verified body, and of
// the caller's headers those that it may choose.
func (x *exchange) question() (fetch.Question, error) {
	header := make(http.Header)
	mcpwire.Keep(header, x.r.Header)
	q := fetch.Question{Method: x.r.Method, URL: x.h.url, Header: header, Statuses: anyStatus}
	if x.r.Method == http.MethodPost {
		var err error
		if q.Body, err = readAll(x.r); err != nil {
			return q, err
		}
		header.Set("Content-Type", "application/json")
		x.message.Describe(header)
	}
	return q, x.h.prove(header, x.caller, x.message.Method, x.message.Tool)
}

// prove adds the headers that tell the server who asks.
func (h *Handler) prove(header http.Header, caller identity.Caller, method, tool string) error {
	if h.cfg.Prove == nil {
		return nil
	}
	proofs, err := h.cfg.Prove(caller, method, tool)
	if err != nil {
		return err
	}
	maps.Copy(header, proofs)
	return nil
}

// refuse answers for an error. What has begun is cut off, which no reader takes for whole.
func (x *exchange) refuse(err error) {
	a := answerTo(err)
	outcome := jsonrpc.OutcomeOf(x.r.Context())
	outcome.Cause = err
	if x.begun {
		outcome.Reason = cmp.Or(outcome.Reason, string(a.Word()))
		panic(http.ErrAbortHandler)
	}
	if errors.Is(err, errAway) || errors.Is(err, errFull) || errors.Is(err, errSessions) {
		x.w.Header().Set("Retry-After", "1")
	}
	jsonrpc.Refuse(x.w, x.r, x.message.ID, a, "")
}
