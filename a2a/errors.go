package a2a

import (
	"context"
	"errors"
	"net/http"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/errordetails"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/answers"
	"github.com/getbindu/bindu-go/internal/brief"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/task"
)

// Error codes that are this agent's own, in the shape of a refusal.
const (
	codeUnauthenticated = -32001
	codeServerError     = -32000
	codeUnavailable     = -32054
	codeRateLimited     = -32055
	// codeContextNotFound is the reference's, for contexts/clear.
	codeContextNotFound = -32020
)

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

// wireError is an error of the protocol. Its data is what A2A 1.0 section 9.5
// asks for, which clients of 0.3 may read or leave. It holds nothing that
// varies, such as the time, so that equal errors have equal bytes.
type wireError struct {
	Code    int                   `json:"code"`
	Message string                `json:"message"`
	Data    []*errordetails.Typed `json:"data"`
}

// protocolError returns the error that a refusal becomes on the wire.
func protocolError(r *task.Refusal) (wireError, bool) {
	for _, known := range codes {
		if known.err == error(r) || errors.Is(r.Err, known.err) {
			info := errordetails.NewErrorInfo(a2a.ErrorReason(r.Err), a2a.ProtocolDomain, map[string]string{"reason": r.Reason})
			return wireError{known.code, r.Message, []*errordetails.Typed{info}}, true
		}
	}
	return wireError{}, false
}

// writeError answers with an error: those of the protocol with HTTP 200 as
// JSON-RPC over HTTP does, those of this agent as a refusal with their status.
func (h *Handler) writeError(ctx context.Context, w http.ResponseWriter, id jsontext.Value, method string, err error) {
	var refused *task.Refusal
	if errors.As(err, &refused) {
		if e, ok := protocolError(refused); ok {
			body, failed := encode(id, "error", e)
			if failed == nil {
				write(w, body)
				return
			}
			err = failed
		}
	}
	status, e, retry := refusal(err)
	if status == http.StatusInternalServerError {
		h.log.Error("request failed", "method", brief.Text(method), "error", err)
	}
	if h.refused != nil && status != http.StatusInternalServerError {
		h.refused(ctx, method, e.Data.Reason, err)
	}
	if retry {
		w.Header().Set("Retry-After", "1")
	}
	jsonrpc.WriteError(w, status, id, e)
}

// refusal says how an error that is not of the protocol is answered.
func refusal(err error) (status int, e jsonrpc.Error, retry bool) {
	answer := func(code int, message, reason, hint string) jsonrpc.Error {
		return jsonrpc.Error{Code: code, Message: message, Data: jsonrpc.Data{Reason: reason, Hint: hint}}
	}
	var quota *task.QuotaError
	switch {
	case errors.As(err, &quota):
		return http.StatusTooManyRequests, answer(codeRateLimited, "quota exceeded", "quota_exceeded", quota.Error()), quota.Quota == "active"
	case errors.Is(err, answers.ErrFull):
		return http.StatusTooManyRequests, answer(codeRateLimited, "too many answers are unread", "rate_limited", "read the answers that were asked for, and ask for smaller pages"), true
	case errors.Is(err, task.ErrOverloaded):
		return http.StatusServiceUnavailable, answer(codeServerError, "overloaded", "overloaded", "try again later"), true
	case errors.Is(err, task.ErrClosed):
		return http.StatusServiceUnavailable, answer(codeServerError, "shutting down", "shutting_down", "try again later"), true
	case errors.Is(err, task.ErrStorage):
		return http.StatusServiceUnavailable, answer(codeUnavailable, "storage unavailable", "storage_unavailable", "try again after Retry-After; the operator of this agent must look at its storage"), true
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		// Mostly nobody reads this: the caller has gone.
		return http.StatusServiceUnavailable, answer(codeServerError, "request ended early", "request_ended", "try again"), true
	case errors.Is(err, task.ErrNoCaller):
		return http.StatusUnauthorized, answer(codeUnauthenticated, "authentication required", "auth_missing", ""), false
	default:
		return http.StatusInternalServerError, answer(jsonrpc.CodeInternalError, "internal error", "internal", ""), false
	}
}
