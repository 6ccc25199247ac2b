package jsonrpc

import (
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// mediaJSON and mediaA2A are the media types of answers.
const (
	mediaJSON = "application/json"
	mediaA2A  = "application/a2a+json" // A2A 1.0 section 14.1.1
)

// MediaType is that of the answer to a request. HTTP+JSON has one of its own, which
// is for callers who use it themselves: not all know it.
func MediaType(r *http.Request) string {
	if FormOf(r.Context()) == Bare && SaysA2A(r) {
		return mediaA2A
	}
	return mediaJSON
}

// SaysA2A reports whether a request names the media type of HTTP+JSON, as what it is or
// as what its sender reads.
func SaysA2A(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), mediaA2A) || strings.Contains(r.Header.Get("Content-Type"), mediaA2A)
}

// statusNames are the codes of google.rpc.Code that stand for what an HTTP status
// says; every other is one of the caller's faults.
var statusNames = map[int]string{
	http.StatusUnauthorized:            "UNAUTHENTICATED",
	http.StatusForbidden:               "PERMISSION_DENIED",
	http.StatusNotFound:                "NOT_FOUND",
	http.StatusMethodNotAllowed:        "UNIMPLEMENTED",
	http.StatusRequestTimeout:          "DEADLINE_EXCEEDED",
	http.StatusConflict:                "ALREADY_EXISTS",
	http.StatusTooManyRequests:         "RESOURCE_EXHAUSTED",
	http.StatusInternalServerError:     "INTERNAL",
	http.StatusServiceUnavailable:      "UNAVAILABLE",
	http.StatusBadGateway:              "UNAVAILABLE",
	http.StatusGatewayTimeout:          "DEADLINE_EXCEEDED",
	http.StatusProxyAuthRequired:       "UNAUTHENTICATED",
	http.StatusMisdirectedRequest:      "PERMISSION_DENIED",
	http.StatusHTTPVersionNotSupported: "UNIMPLEMENTED",
}

func statusName(status int) string {
	if name, ok := statusNames[status]; ok {
		return name
	}
	return "INVALID_ARGUMENT"
}

// StatusBody is a google.rpc.Status in JSON, by its HTTP status and the name of its
// code.
func StatusBody(status int, name, message string, details []ErrorInfo) []byte {
	type inner struct {
		Code    int         `json:"code"`
		Status  string      `json:"status"`
		Message string      `json:"message"`
		Details []ErrorInfo `json:"details"`
	}
	body, err := json.Marshal(struct {
		Error inner `json:"error"`
	}{inner{status, name, message, details}}, jsontext.AllowInvalidUTF8(true))
	if err != nil { // unreachable: strings cannot fail
		return []byte(`{"error":{"code":500,"status":"INTERNAL","message":"internal error","details":[]}}`)
	}
	return body
}
