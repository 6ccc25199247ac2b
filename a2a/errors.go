package a2a

import (
	"context"
	"errors"
	"net/http"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/internal/answers"
	"github.com/getbindu/bindu-go/internal/brief"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/task"
)

// gateTask names the tasks where an answer or the log says who refused.
const gateTask = "task"

// codeContextNotFound is the reference's, for contexts/clear.
const codeContextNotFound = -32020

// codes are the numbers of the errors of A2A 1.0 section 5.4 and of JSON-RPC.
var codes = []struct {
	err  error
	code int
}{
	{task.ErrContextNotFound, codeContextNotFound},
	{a2a.ErrInvalidParams, jsonrpc.CodeInvalidParams},
	{a2a.ErrMethodNotFound, jsonrpc.CodeMethodNotFound},
	{a2a.ErrTaskNotFound, -32001},
	{a2a.ErrTaskNotCancelable, -32002},
	{a2a.ErrPushNotificationNotSupported, -32003},
	{a2a.ErrUnsupportedOperation, -32004},
	{a2a.ErrUnsupportedContentType, -32005},
	{a2a.ErrInvalidAgentResponse, -32006},
	{a2a.ErrExtendedCardNotConfigured, -32007},
	{a2a.ErrExtensionSupportRequired, -32008},
	{a2a.ErrVersionNotSupported, -32009},
}

// wireError is an error of the protocol. It holds nothing that varies, such as
// the time, so that equal errors have equal bytes.
type wireError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    any    `json:"data"`
}

// protocolError returns the error that a refusal becomes on the wire. Its data
// is the list that A2A 1.0 section 9.5 asks for. Clients that were made before
// there was an A2A-Version to name take an object and can read nothing else.
func protocolError(r *http.Request, refused *task.Refusal) (wireError, bool) {
	for _, known := range codes {
		if known.err != error(refused) && !errors.Is(refused.Err, known.err) {
			continue
		}
		data := jsonrpc.Data{Reason: refused.Reason}
		e := wireError{known.code, refused.Message, data}
		if jsonrpc.NamesVersion(r) {
			e.Data = jsonrpc.Details(a2a.ProtocolDomain, a2a.ErrorReason(refused.Err), data)
		}
		return e, true
	}
	return wireError{}, false
}

// writeError answers with an error: those of the protocol with HTTP 200 as
// JSON-RPC over HTTP does, those of this agent as a refusal with their status.
func (h *Handler) writeError(w http.ResponseWriter, r *http.Request, env jsonrpc.Envelope, err error) {
	outcome := jsonrpc.OutcomeOf(r.Context())
	var refused *task.Refusal
	if errors.As(err, &refused) {
		if e, ok := protocolError(r, refused); ok {
			body, failed := encode(env.ID, "error", e)
			if failed == nil {
				outcome.Reason = refused.Reason
				write(w, body)
				return
			}
			err = failed
		}
	}
	status, e, retry := refusal(err)
	if status == http.StatusInternalServerError {
		h.log.Error("request failed", "method", brief.Text(env.Method), "request_id", outcome.RequestID, "error", err)
	} else {
		outcome.Cause = err
		e.Data.Gate = gateTask
	}
	if retry {
		w.Header().Set("Retry-After", "1")
	}
	jsonrpc.WriteError(w, r, status, env.ID, e)
}

// refusal says how an error that is not of the protocol is answered.
func refusal(err error) (status int, e jsonrpc.Error, retry bool) {
	answer := func(code int, message, reason, hint string) jsonrpc.Error {
		return jsonrpc.Error{Code: code, Message: message, Data: jsonrpc.Data{Reason: reason, Hint: hint}}
	}
	var quota *task.QuotaError
	switch {
	case errors.As(err, &quota):
		return http.StatusTooManyRequests, answer(jsonrpc.CodeLimit, "quota exceeded", "quota_exceeded", quota.Error()), quota.Quota == "active"
	case errors.Is(err, answers.ErrFull):
		return http.StatusTooManyRequests, answer(jsonrpc.CodeLimit, "too many answers are unread", "rate_limited", "read the answers that were asked for, and ask for smaller pages"), true
	case errors.Is(err, task.ErrOverloaded):
		return http.StatusServiceUnavailable, answer(jsonrpc.CodeUnavailable, "overloaded", "overloaded", "try again later"), true
	case errors.Is(err, task.ErrClosed):
		return http.StatusServiceUnavailable, answer(jsonrpc.CodeUnavailable, "shutting down", "shutting_down", "try again later"), true
	case errors.Is(err, task.ErrStorage):
		return http.StatusServiceUnavailable, answer(jsonrpc.CodeUnavailable, "storage unavailable", "storage_unavailable", "try again after Retry-After; the operator of this agent must look at its storage"), true
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		// Mostly nobody reads this: the caller has gone.
		return http.StatusServiceUnavailable, answer(jsonrpc.CodeUnavailable, "request ended early", "request_ended", "try again"), true
	case errors.Is(err, task.ErrNoCaller):
		return http.StatusUnauthorized, answer(jsonrpc.CodeAuthRequired, "authentication required", "auth_missing", ""), false
	default:
		return http.StatusInternalServerError, answer(jsonrpc.CodeInternalError, "internal error", "internal", ""), false
	}
}
