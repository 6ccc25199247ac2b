package jsonrpc

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/refusal"
)

// wireError is the error member of a refusal. Only [Refuse] makes one, of what the
// catalogue has.
type wireError struct {
	// Code is the JSON-RPC error number.
	Code int `json:"code"`
	// Message is one line for a human reader. It never holds an upstream's text.
	Message string `json:"message"`
	// Data is what a program reads.
	Data Data `json:"data"`
}

// Data says why a request was refused.
type Data struct {
	// Reason is a stable word in snake_case.
	Reason string `json:"reason"`
	// Gate names the check that refused; empty in an error of the protocol.
	Gate string `json:"gate,omitzero"`
	// RequestID is the id under which the decision was logged.
	RequestID string `json:"requestId,omitzero"`
	// Hint says what the caller can do about it.
	Hint string `json:"hint,omitzero"`
}

// details is the data for callers of A2A 1.0.
func (e wireError) details() []ErrorInfo {
	return Details(ownDomain, strings.ToUpper(e.Data.Reason), e.Data)
}

var null = jsontext.Value("null")

// Refuse answers the request r with a refusal in the one shape that they have, or
// that of its [Form]; to callers of A2A 1.0 the data is a list, see [Details]. A nil
// or invalid id becomes null. gate names the check that refused; empty, it is a handler's own.
// Headers that belong to the status (WWW-Authenticate, Retry-After, Allow) are the
// caller's to set before. The request's [Outcome] completes the data, and notes
// what it says.
func Refuse(w http.ResponseWriter, r *http.Request, id jsontext.Value, a refusal.Answer, gate string) {
	a = catalogued(a)
	if FormOf(r.Context()) == GRPC {
		SendStatus(w, RefusalStatus(r, a, gate))
		return
	}
	writeError(w, r, a.Status(), id, errorOf(a, gate))
}

// RefusalBody is the body of [Refuse], for an answer that has begun already.
func RefusalBody(r *http.Request, id jsontext.Value, a refusal.Answer, gate string) []byte {
	a = catalogued(a)
	return errorBody(r, a.Status(), id, errorOf(a, gate))
}

// catalogued makes an internal error of a word that nobody gave.
func catalogued(a refusal.Answer) refusal.Answer {
	if a == (refusal.Answer{}) {
		return refusal.Internal.Answer()
	}
	return a
}

func errorOf(a refusal.Answer, gate string) wireError {
	return wireError{Code: a.Code(), Message: a.Message(), Data: Data{Reason: string(a.Word()), Gate: gate, Hint: a.Hint()}}
}

func writeError(w http.ResponseWriter, r *http.Request, status int, id jsontext.Value, e wireError) {
	body := errorBody(r, status, id, e)
	SetHeaders(w.Header())
	if FormOf(r.Context()) != Enveloped {
		w.Header().Set("Content-Type", MediaType(r))
	}
	_, _ = Send(w, status, body) // the peer is gone if this fails; there is nobody to tell
}

// Send writes an answer that is all in body. A writer that has a method WriteWhole is told
// so: the gates sign it as it is, and need not keep it until it ends.
func Send(w http.ResponseWriter, status int, body []byte) (int, error) {
	if whole, ok := w.(interface {
		WriteWhole(int, []byte) (int, error)
	}); ok {
		return whole.WriteWhole(status, body)
	}
	w.WriteHeader(status)
	return w.Write(body)
}

func errorBody(r *http.Request, status int, id jsontext.Value, e wireError) []byte {
	OutcomeOf(r.Context()).refuse(&e.Data)
	if FormOf(r.Context()) == Bare {
		return StatusBody(status, statusName(status), e.Message, e.details())
	}
	if id == nil || !id.IsValid() {
		id = null
	}
	body := append(make([]byte, 0, 512), `{"jsonrpc":"2.0","id":`...)
	return append(e.append(append(body, id...), wantsDetails(r)), '}')
}

// append appends the member error, with the data in a list where the caller reads that.
func (e wireError) append(dst []byte, details bool) []byte {
	dst = strconv.AppendInt(append(dst, `,"error":{"code":`...), int64(e.Code), 10)
	dst = appendMember(dst, `,"message":`, e.Message)
	dst = append(dst, `,"data":`...)
	if !details {
		return append(e.Data.append(dst), '}')
	}
	dst = append(dst, `[{"@type":"`+errorInfoType+`","domain":"`+ownDomain+`","metadata":`...)
	dst = appendMember(e.Data.append(dst), `,"reason":`, strings.ToUpper(e.Data.Reason))
	return append(dst, `}]}`...)
}

func (d Data) append(dst []byte) []byte {
	dst = appendMember(dst, `{"reason":`, d.Reason)
	for _, m := range [...]struct{ before, value string }{{`,"gate":`, d.Gate}, {`,"requestId":`, d.RequestID}, {`,"hint":`, d.Hint}} {
		if m.value != "" {
			dst = appendMember(dst, m.before, m.value)
		}
	}
	return append(dst, '}')
}

// appendMember appends a text and what belongs before it. What is not UTF-8 in it is
// replaced.
func appendMember(dst []byte, before, value string) []byte {
	dst, _ = jsontext.AppendQuote(append(dst, before...), value)
	return dst
}

// SetHeaders sets those of every answer in JSON.
func SetHeaders(h http.Header) {
	values := [...]string{"application/json", "no-store", "nosniff"}
	h["Content-Type"], h["Cache-Control"], h["X-Content-Type-Options"] = values[0:1:1], values[1:2:2], values[2:3:3]
}
