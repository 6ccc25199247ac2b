package jsonrpc

import (
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
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

// detailed is a wireError for callers of A2A 1.0.
type detailed struct {
	Code    int         `json:"code"`
	Message string      `json:"message"`
	Data    []ErrorInfo `json:"data"`
}

// as returns the error in the form that the caller reads.
func (e wireError) as(r *http.Request) any {
	if !wantsDetails(r) {
		return e
	}
	return detailed{e.Code, e.Message, Details(ownDomain, strings.ToUpper(e.Data.Reason), e.Data)}
}

var null = jsontext.Value("null")

// Refuse answers the request r with a refusal in the one shape that they have; to
// callers of A2A 1.0 the data is a list, see [Details]. A nil or invalid id
// becomes null. gate names the check that refused; empty, it is a handler's own.
// Headers that belong to the status (WWW-Authenticate, Retry-After, Allow) are the
// caller's to set before. The request's [Outcome] completes the data, and notes
// what it says.
func Refuse(w http.ResponseWriter, r *http.Request, id jsontext.Value, a refusal.Answer, gate string) {
	if a == (refusal.Answer{}) {
		a = refusal.Internal.Answer() // of a word that nobody gave
	}
	data := Data{Reason: string(a.Word()), Gate: gate, Hint: a.Hint()}
	writeError(w, r, a.Status(), id, wireError{Code: a.Code(), Message: a.Message(), Data: data})
}

func writeError(w http.ResponseWriter, r *http.Request, status int, id jsontext.Value, e wireError) {
	OutcomeOf(r.Context()).refuse(&e.Data)
	if id == nil || !id.IsValid() {
		id = null
	}
	body, err := json.Marshal(struct {
		Version string         `json:"jsonrpc"`
		ID      jsontext.Value `json:"id"`
		Error   any            `json:"error"`
	}{"2.0", id, e.as(r)}, jsontext.AllowInvalidUTF8(true), jsontext.PreserveRawStrings(true))
	if err != nil { // unreachable: the id was validated and strings cannot fail
		body = []byte(`{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"internal error","data":{"reason":"internal"}}}`)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the peer is gone if this fails; there is nobody to tell
}
