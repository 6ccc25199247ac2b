package did

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// gateResolve names these endpoints where an answer or the log says who refused.
const gateResolve = "resolve"

// refused is why a request has no document.
type refused interface {
	write(w http.ResponseWriter, to *http.Request)
}

// bodyRefused is a body that cannot be read.
type bodyRefused struct{ fault *jsonrpc.BodyFault }

func (b bodyRefused) write(w http.ResponseWriter, to *http.Request) {
	b.fault.Write(w, to, gateResolve)
}

// refusal is an answer of the public DID endpoints that is not a document.
type refusal struct {
	status int
	code   int    // see package jsonrpc
	reason string // stable word for programs
	hint   string // remedy for humans; never holds what the caller sent
}

func (r refusal) write(w http.ResponseWriter, to *http.Request) {
	jsonrpc.WriteError(w, to, r.status, nil, jsonrpc.Error{
		Code: r.code, Message: http.StatusText(r.status), Data: jsonrpc.Data{Reason: r.reason, Gate: gateResolve, Hint: r.hint},
	})
}

// allow reports whether the request's method is one of methods, and answers
// 405 when it is not.
func allow(w http.ResponseWriter, r *http.Request, methods ...string) bool {
	if slices.Contains(methods, r.Method) {
		return true
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	refusal{http.StatusMethodNotAllowed, jsonrpc.CodeRequest, "method_not_allowed", "The Allow header lists what this path takes."}.write(w, r)
	return false
}

func jsonReason(err error) string {
	switch {
	case errors.Is(err, ErrDuplicateKey):
		return "json_duplicate_key"
	case errors.Is(err, ErrDepth):
		return "json_too_deep"
	case errors.Is(err, ErrNumber):
		return "json_number"
	case errors.Is(err, ErrBodyNotUTF8):
		return "body_not_utf8"
	}
	return "json_malformed"
}
