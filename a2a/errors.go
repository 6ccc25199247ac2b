package a2a

import (
	"context"
	"errors"
	"net/http"

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

// codes are the numbers of the errors of A2A 1.0 section 5.4 and of JSON-RPC.
var codes = []struct {
	err  error
	code int
}{
	{task.ErrContextNotFound, codeContextNotFound},
	{a2a.ErrInvalidParams, refusal.CodeInvalidParams},
	{a2a.ErrMethodNotFound, refusal.CodeMethodNotFound},
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
	if known, ok := errors.AsType[*task.Refusal](err); ok {
		if e, ok := protocolError(r, known); ok {
			body, failed := encode(env.ID, "error", e)
			if failed == nil {
				outcome.Reason = known.Reason
				write(w, body)
				return
			}
			err = failed
		}
	}
	a, retry := refused(err)
	gate := ""
	if a.Status() == http.StatusInternalServerError {
		h.log.Error("request failed", "method", brief.Text(env.Method), "request_id", outcome.RequestID, "error", err)
	} else {
		outcome.Cause = err
		gate = gateTask
	}
	if retry {
		w.Header().Set("Retry-After", "1")
	}
	jsonrpc.Refuse(w, r, env.ID, a, gate)
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
