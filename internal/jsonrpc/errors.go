package jsonrpc

import (
	"errors"

	"github.com/getbindu/bindu-go/internal/refusal"
)

// parseError is the type of this package's sentinels: each is a word of the catalogue.
type parseError struct{ word refusal.Word }

func (e *parseError) Error() string { return e.answer().Message() }

func (e *parseError) answer() refusal.Answer { return e.word.At(refusal.Envelope) }

// Errors of [Parse]. [Refusal] says what the peer is told for each.
var (
	// ErrNotUTF8: the body is not UTF-8 (RFC 8259 section 8.1).
	ErrNotUTF8 error = &parseError{refusal.BodyNotUTF8}
	// ErrSyntax: the body is not JSON.
	ErrSyntax error = &parseError{refusal.JSONMalformed}
	// ErrDuplicateKey: an object, at any depth, has two members of one name.
	ErrDuplicateKey error = &parseError{refusal.JSONDuplicateKey}
	// ErrTooDeep: arrays and objects nest deeper than allowed.
	ErrTooDeep error = &parseError{refusal.JSONTooDeep}
	// ErrTrailing: something other than white space follows the request object.
	ErrTrailing error = &parseError{refusal.JSONTrailing}
	// ErrBatch: the body is an array; A2A has no batches.
	ErrBatch error = &parseError{refusal.BatchUnsupported}
	// ErrNotObject: the body is JSON but not an object.
	ErrNotObject error = &parseError{refusal.RequestNotObject}
	// ErrVersion: the member jsonrpc is not "2.0".
	ErrVersion error = &parseError{refusal.JSONRPCVersion}
	// ErrMethod: the member method is absent, empty or not a string.
	ErrMethod error = &parseError{refusal.MethodMissing}
	// ErrParams: the member params is neither an object nor an array.
	ErrParams error = &parseError{refusal.ParamsMalformed}
	// ErrID: the member id is not a string, null, or an integer within ±2^53.
	ErrID error = &parseError{refusal.IDMalformed}
	// ErrNotification: there is no member id; every A2A method has a response.
	ErrNotification error = &parseError{refusal.Notification}
)

// Refusal returns what answers err, an error of [Parse] in what a proved caller
// sent: 200, as JSON-RPC over HTTP has it. Any other error is answered as an
// internal one, without its text.
func Refusal(err error) refusal.Answer { return refusalAt(err, refusal.Envelope) }

// ParamsRefusal returns the same for an error of [ParseParams]: 400, as HTTP has it.
func ParamsRefusal(err error) refusal.Answer { return refusalAt(err, refusal.Parameters) }

func refusalAt(err error, place refusal.Place) refusal.Answer {
	if p, ok := errors.AsType[*parseError](err); ok {
		return p.word.At(place)
	}
	return refusal.Internal.At(place)
}
