package did

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
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

// wordRefused is any other reason.
type wordRefused struct{ word refusal.Word }

func (f wordRefused) write(w http.ResponseWriter, to *http.Request) {
	jsonrpc.Refuse(w, to, nil, f.word.At(refusal.Documents), gateResolve)
}

// allow reports whether the request's method is one of methods, and answers
// 405 when it is not.
func allow(w http.ResponseWriter, r *http.Request, methods ...string) bool {
	if slices.Contains(methods, r.Method) {
		return true
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	wordRefused{refusal.MethodNotAllowed}.write(w, r)
	return false
}

func jsonReason(err error) refusal.Word {
	switch {
	case errors.Is(err, ErrDuplicateKey):
		return refusal.JSONDuplicateKey
	case errors.Is(err, ErrDepth):
		return refusal.JSONTooDeep
	case errors.Is(err, ErrNumber):
		return refusal.JSONNumber
	case errors.Is(err, ErrBodyNotUTF8):
		return refusal.BodyNotUTF8
	}
	return refusal.JSONMalformed
}
