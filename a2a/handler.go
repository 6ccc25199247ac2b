package a2a

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/internal/answers"
	"github.com/getbindu/bindu-go/internal/brief"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
	"github.com/getbindu/bindu-go/task"
)

// HandlerConfig is what a [Handler] needs. Tasks and the limits are required.
type HandlerConfig struct {
	// Tasks carries out the methods.
	Tasks *task.Service
	// MaxBody is the largest request body in bytes.
	MaxBody int64
	// MaxDepth is the deepest nesting of JSON.
	MaxDepth int
	// AnswerBytes is what the answers to one caller may hold at once, while they
	// are made and while they are written to whoever reads slowly. A single answer
	// may be larger.
	AnswerBytes int64
	// ExtendedCard is what [card.Card.Extended] returns.
	ExtendedCard card.Extended
	// Logger gets the errors that peers are not told.
	Logger *slog.Logger
}

// Handler serves JSON-RPC 2.0 over POST for every dialect of the protocol, and beside
// it the other bindings of A2A 1.0 ([Handler.HTTPJSON], [Handler.GRPC]). The
// caller must be in the request's context ([identity.NewContext]). If whoever
// put it there has parsed the body already, the envelope is taken from the
// context too.
//
// Errors of the protocol and requests that are none are answered with HTTP 200,
// and what this agent cannot do now with 429 or 503. What it answered is noted
// where [jsonrpc.OutcomeOf] of the request's context says.
type Handler struct {
	operations map[string]operation
	tasks      *task.Service
	answers    *answers.Pool
	maxBody    int64
	maxDepth   int
	log        *slog.Logger
}

// NewHandler returns a handler over a service.
func NewHandler(cfg HandlerConfig) (*Handler, error) {
	if cfg.Tasks == nil {
		return nil, errors.New("a2a: a handler needs a task service")
	}
	if cfg.MaxBody <= 0 || cfg.MaxDepth <= 0 || cfg.AnswerBytes <= 0 {
		return nil, errors.New("a2a: a handler needs limits of bodies, nesting and answers")
	}
	h := &Handler{operations: make(map[string]operation), tasks: cfg.Tasks, maxBody: cfg.MaxBody, maxDepth: cfg.MaxDepth, log: cfg.Logger}
	h.answers = answers.New(cfg.AnswerBytes)
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	h.log = slog.New(brief.Handler(h.log.Handler()))
	for _, op := range operations(cfg.Tasks, cfg.ExtendedCard) {
		h.operations[op.Name] = op
	}
	return h, nil
}

// ServeHTTP implements [http.Handler].
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		jsonrpc.Refuse(w, r, nil, refusal.MethodNotAllowed.At(refusal.Tasks), "")
		return
	}
	env, ok := jsonrpc.FromContext(r.Context())
	if !ok {
		if env, ok = h.parse(w, r); !ok {
			return
		}
	}
	h.serve(w, r, env)
}

// serve carries out what a request asks for, in whatever binding it came.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request, env jsonrpc.Envelope) {
	defer h.survive(w, r, env)
	answer := h.answers.Begin(answered(r.Context()))
	defer answer.End()
	op, params, err := h.operation(r, env)
	switch {
	case err != nil:
	case op.stream != nil:
		err = h.stream(w, r, env, answer, op, params)
	default:
		err = h.answer(w, r, env, answer, op, params)
	}
	if err != nil && !(op.endsInEvents() && h.onlyEvent(w, r, env, answer, err)) {
		h.writeError(w, r, env, err)
	}
}

// parse reads the envelope, or answers why it cannot.
func (h *Handler) parse(w http.ResponseWriter, r *http.Request) (jsonrpc.Envelope, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.maxBody))
	if err != nil {
		jsonrpc.ReadFault(err).Write(w, r, "")
		return jsonrpc.Envelope{}, false
	}
	env, err := jsonrpc.Parse(body, h.maxDepth)
	if err != nil {
		jsonrpc.Refuse(w, r, env.ID, jsonrpc.Refusal(err), "")
		return jsonrpc.Envelope{}, false
	}
	return env, true
}

// operation returns what a request asks for, and its parameters.
func (h *Handler) operation(r *http.Request, env jsonrpc.Envelope) (op operation, params jsontext.Value, err error) {
	version, err := requestedVersion(r)
	if err != nil {
		return op, nil, err
	}
	op, ok := h.operations[env.Method]
	if !ok {
		return op, nil, &task.Refusal{Err: a2a.ErrMethodNotFound, Reason: string(refusal.MethodUnknown), Message: "method not found"}
	}
	if err := checkVersion(op.Method, version); err != nil {
		return operation{}, nil, err
	}
	if jsonrpc.FormOf(r.Context()) == jsonrpc.Bare && op.params != nil {
		if env.Params, err = located(r, env); err != nil {
			return op, nil, err
		}
	}
	params, err = oneSpelling(env.Params, op.params)
	return op, params, err
}

// survive answers for a panic, which would otherwise cost the connection.
func (h *Handler) survive(w http.ResponseWriter, r *http.Request, env jsonrpc.Envelope) {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler { //nolint:errorlint // the value itself is the signal
		panic(cause)
	}
	h.log.Error("handler panicked", "method", brief.Text(env.Method), "request_id", jsonrpc.OutcomeOf(r.Context()).RequestID, "panic", fmt.Sprint(cause), brief.StackKey, string(debug.Stack()))
	jsonrpc.Refuse(w, r, env.ID, refusal.Internal.At(refusal.Tasks), "")
}
