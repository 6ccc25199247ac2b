package jsonrpc

import (
	"errors"
	"net/http"
)

// parseError is the type of this package's sentinels: the error and what the peer is told.
type parseError struct {
	code               int
	reason, text, hint string
}

func (e *parseError) Error() string { return e.text }

// Errors of [Parse]. [Refusal] says what the peer is told for each.
var (
	// ErrNotUTF8: the body is not UTF-8 (RFC 8259 section 8.1).
	ErrNotUTF8 error = &parseError{CodeParseError, "body_not_utf8", "the request body is not valid UTF-8", "Send JSON in UTF-8."}
	// ErrSyntax: the body is not JSON.
	ErrSyntax error = &parseError{CodeParseError, "json_malformed", "the request body is not valid JSON", "Send one JSON object (RFC 8259), without a byte order mark."}
	// ErrDuplicateKey: an object, at any depth, has two members of one name.
	ErrDuplicateKey error = &parseError{CodeParseError, "json_duplicate_key", "an object in the request body has two members of the same name", "Each name may stand once in an object."}
	// ErrTooDeep: arrays and objects nest deeper than allowed.
	ErrTooDeep error = &parseError{CodeParseError, "json_too_deep", "the request body is nested too deeply", "Send flatter JSON."}
	// ErrTrailing: something other than white space follows the request object.
	ErrTrailing error = &parseError{CodeParseError, "json_trailing_data", "the request body has data after the request object", "Send one JSON object and nothing after it."}
	// ErrBatch: the body is an array; A2A has no batches.
	ErrBatch error = &parseError{CodeInvalidRequest, "batch_unsupported", "batch requests are not supported", "Send each request by itself."}
	// ErrNotObject: the body is JSON but not an object.
	ErrNotObject error = &parseError{CodeInvalidRequest, "request_not_object", "the request is not a JSON object", "Send a JSON-RPC 2.0 request object."}
	// ErrVersion: the member jsonrpc is not "2.0".
	ErrVersion error = &parseError{CodeInvalidRequest, "jsonrpc_version", `the member "jsonrpc" must be "2.0"`, "Send \"jsonrpc\": \"2.0\", spelt exactly so."}
	// ErrMethod: the member method is absent, empty or not a string.
	ErrMethod error = &parseError{CodeInvalidRequest, "method_missing", `the member "method" must be a non-empty string`, "Name the method in lower and upper case as the specification does."}
	// ErrParams: the member params is neither an object nor an array.
	ErrParams error = &parseError{CodeInvalidRequest, "params_malformed", `the member "params" must be an object`, "Send parameters by name."}
	// ErrID: the member id is not a string, null, or an integer within ±2^53.
	ErrID error = &parseError{CodeInvalidRequest, "id_malformed", `the member "id" must be a string or an integer within ±2^53`, "Use a string, for example a UUID."}
	// ErrNotification: there is no member id; every A2A method has a response.
	ErrNotification error = &parseError{CodeInvalidRequest, "notification_unsupported", `notifications are not supported: send a member "id"`, "Add an id: every method of A2A has a response."}
)

// Refusal returns the HTTP status and the error that answer err, an error of
// [Parse] in what a proved caller sent: 200, as JSON-RPC over HTTP has it. Any
// other error is answered as an internal one, without its text.
func Refusal(err error) (status int, e Error) {
	var p *parseError
	if !errors.As(err, &p) {
		return http.StatusInternalServerError, Error{Code: CodeInternalError, Message: "internal error", Data: Data{Reason: "internal"}}
	}
	return http.StatusOK, Error{Code: p.code, Message: p.text, Data: Data{Reason: p.reason, Hint: p.hint}}
}
