package a2a

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/internal/answers"
	"github.com/getbindu/bindu-go/internal/brief"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
	"github.com/getbindu/bindu-go/task"
)

// gateTask names the tasks where an answer or the log says who refused.
const gateTask = "task"

// codeContextNotFound is the reference's, for contexts/clear.
const codeContextNotFound = -32020

// errorCode is an error of the protocol as each binding has it.
type errorCode struct {
	err    error
	code   int    // of JSON-RPC
	status int    // of HTTP
	name   string // of google.rpc.Code
}

// The codes of google.rpc.Code that errors of the protocol have.
const (
	notFound           = "NOT_FOUND"
	invalidArgument    = "INVALID_ARGUMENT"
	failedPrecondition = "FAILED_PRECONDITION"
	unimplemented      = "UNIMPLEMENTED"
	internal           = "INTERNAL"
)

// codes are those of the errors of A2A 1.0 section 5.4 and of JSON-RPC.
var codes = []errorCode{
	{task.ErrContextNotFound, codeContextNotFound, http.StatusNotFound, notFound},
	{a2a.ErrInvalidParams, refusal.CodeInvalidParams, http.StatusBadRequest, invalidArgument},
	{a2a.ErrMethodNotFound, refusal.CodeMethodNotFound, http.StatusNotImplemented, unimplemented},
	{a2a.ErrTaskNotFound, -32001, http.StatusNotFound, notFound},
	{a2a.ErrTaskNotCancelable, -32002, http.StatusBadRequest, failedPrecondition},
	{a2a.ErrPushNotificationNotSupported, -32003, http.StatusBadRequest, failedPrecondition},
	{a2a.ErrUnsupportedOperation, -32004, http.StatusBadRequest, failedPrecondition},
	{a2a.ErrUnsupportedContentType, -32005, http.StatusBadRequest, invalidArgument},
	{a2a.ErrInvalidAgentResponse, -32006, http.StatusInternalServerError, internal},
	{a2a.ErrExtendedCardNotConfigured, -32007, http.StatusBadRequest, failedPrecondition},
	{a2a.ErrExtensionSupportRequired, -32008, http.StatusBadRequest, failedPrecondition},
	{a2a.ErrVersionNotSupported, -32009, http.StatusBadRequest, failedPrecondition},
}

// codeOf returns what a refusal is on the wire, if it is an error of the protocol.
func codeOf(refused *task.Refusal) (errorCode, bool) {
	for _, known := range codes {
		if known.err == error(refused) || errors.Is(refused.Err, known.err) {
			return known, true
		}
	}
	return errorCode{}, false
}

// wireError is an error of the protocol. It holds nothing that varies, such as
// the time, so that equal errors have equal bytes.
type wireError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    any    `json:"data"`
}

// write writes the error. Its data is one of two kinds.
func (w wireError) write(e *encoder) {
	e.raw(`{"code":`)
	e.out = strconv.AppendInt(e.out, int64(w.Code), 10)
	e.member(`,"message":`, w.Message)
	e.raw(`,"data":`)
	if data, ok := w.Data.(jsonrpc.Data); ok && data == (jsonrpc.Data{Reason: data.Reason}) {
		e.member(`{"reason":`, data.Reason)
		e.raw(`}`)
	} else {
		e.value(w.Data)
	}
	e.raw(`}`)
}

// encodeError returns the body that a refusal becomes on the wire. Its details are
// the list that A2A 1.0 sections 9.5 and 11.6 ask for. Clients of JSON-RPC that were
// made before there was an A2A-Version to name take an object and can read nothing
// else.
func encodeError(r *http.Request, env jsonrpc.Envelope, refused *task.Refusal, known errorCode) (*encoder, error) {
	data := jsonrpc.Data{Reason: refused.Reason}
	details := detailsOf(refused)
	if jsonrpc.FormOf(r.Context()) == jsonrpc.Bare {
		return &encoder{out: jsonrpc.StatusBody(known.status, known.name, refused.Message, details)}, nil
	}
	e := wireError{known.code, refused.Message, data}
	if jsonrpc.NamesVersion(r) {
		e.Data = details
	}
	return encode(env.ID, "error", e)
}

// detailsOf are the details of an error of the protocol.
func detailsOf(refused *task.Refusal) []jsonrpc.ErrorInfo {
	return jsonrpc.Details(a2a.ProtocolDomain, a2a.ErrorReason(refused.Err), jsonrpc.Data{Reason: refused.Reason})
}

// writeError answers with an error: those of the protocol with HTTP 200 where
// JSON-RPC over HTTP does so, those of this agent as a refusal with their status.
func (h *Handler) writeError(w http.ResponseWriter, r *http.Request, env jsonrpc.Envelope, err error) {
	if jsonrpc.FormOf(r.Context()) == jsonrpc.GRPC {
		h.sendStatus(w, r, env, err)
		return
	}
	if body, status, ok := protocolBody(r, env, err); ok {
		body.send(w, r, status)
		return
	}
	a, retry, gate := h.refusal(r, env, err)
	if retry {
		w.Header().Set("Retry-After", "1")
	}
	jsonrpc.Refuse(w, r, env.ID, a, gate)
}

// protocolError returns what err is of the protocol, and notes that.
func protocolError(r *http.Request, err error) (refused *task.Refusal, known errorCode, ok bool) {
	if refused, ok = errors.AsType[*task.Refusal](err); !ok {
		return nil, known, false
	}
	if known, ok = codeOf(refused); ok {
		jsonrpc.OutcomeOf(r.Context()).Reason = refused.Reason
	}
	return refused, known, ok
}

// protocolBody is the answer with an error of the protocol, if err is one.
func protocolBody(r *http.Request, env jsonrpc.Envelope, err error) (body *encoder, status int, ok bool) {
	refused, known, ok := protocolError(r, err)
	if !ok {
		return nil, 0, false
	}
	if body, err = encodeError(r, env, refused, known); err != nil {
		return nil, 0, false
	}
	if jsonrpc.FormOf(r.Context()) == jsonrpc.Enveloped {
		return body, http.StatusOK, true
	}
	return body, known.status, true
}

// refusal is the answer with any other error, and notes it.
func (h *Handler) refusal(r *http.Request, env jsonrpc.Envelope, err error) (a refusal.Answer, retry bool, gate string) {
	outcome := jsonrpc.OutcomeOf(r.Context())
	a, retry = refused(err)
	if a.Status() == http.StatusInternalServerError {
		h.log.Error("request failed", "method", brief.Text(env.Method), "request_id", outcome.RequestID, "error", err)
		return a, retry, ""
	}
	outcome.Cause = err
	return a, retry, gateTask
}

// words are those of the errors that are not of the protocol. All of them may
// be gone when the request is sent again.
var words = []struct {
	err  error
	word refusal.Word
}{
	{answers.ErrFull, refusal.RateLimited},
	{task.ErrOverloaded, refusal.Overloaded},
	{task.ErrClosed, refusal.ShuttingDown},
	{task.ErrStorage, refusal.StorageUnavailable},
	{context.Canceled, refusal.RequestEnded},
	{context.DeadlineExceeded, refusal.RequestEnded},
}

// refused says how an error that is not of the protocol is answered, and whether
// to send the request again helps.
func refused(err error) (a refusal.Answer, retry bool) {
	if quota, ok := errors.AsType[*task.QuotaError](err); ok {
		return refusal.QuotaExceeded.At(refusal.Tasks).WithHint(quota.Error()), quota.Quota == "active"
	}
	for _, known := range words {
		if errors.Is(err, known.err) {
			return known.word.At(refusal.Tasks), true
		}
	}
	if errors.Is(err, task.ErrNoCaller) {
		return refusal.AuthMissing.At(refusal.Tasks), false
	}
	return refusal.Internal.At(refusal.Tasks), false
}
