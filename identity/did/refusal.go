package did

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// refusal is an answer of the public DID endpoints that is not a document.
type refusal struct {
	status int
	code   int    // see package jsonrpc
	reason string // stable word for programs
	hint   string // remedy for humans; never holds what the caller sent
}

func (r refusal) write(w http.ResponseWriter, to *http.Request) {
	jsonrpc.WriteError(w, to, r.status, nil, jsonrpc.Error{
		Code: r.code, Message: http.StatusText(r.status), Data: jsonrpc.Data{Reason: r.reason, Hint: r.hint},
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
