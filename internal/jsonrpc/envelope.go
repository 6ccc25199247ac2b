package jsonrpc

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// rpcVersion is that of JSON-RPC.
const rpcVersion = "2.0"

// MaxDepth is the deepest nesting of arrays and objects accepted by default.
const MaxDepth = 64

// Envelope is one parsed JSON-RPC 2.0 request object. ID and Params are slices
// of the body given to [Parse]; members other than these are ignored.
type Envelope struct {
	// Method is the member "method", exactly: a member whose name differs only in case is another member.
	Method string
	// ID is the member "id" byte for byte: a string, null, or an integer within ±2^53.
	// It is nil when there is none, which responses render as null.
	ID jsontext.Value
	// Params is the member "params", an object or an array; nil when absent or null.
	Params jsontext.Value

	version string
}

// Parse reads body as exactly one JSON-RPC request object that expects a
// response. Arrays and objects may nest up to maxDepth, the envelope itself
// being depth 1. It fails with one of the errors of this package. If the text
// is sound JSON but no valid request, the envelope beside the error holds the
// ID, so that the answer can carry it (JSON-RPC 2.0, section 5).
func Parse(body []byte, maxDepth int) (Envelope, error) {
	if env, ok := scan(body, maxDepth); ok {
		return env, nil
	}
	return judge(body, maxDepth)
}

// judge is [Parse] in as many passes as there are kinds of faults, the first of which
// to be found is the one that counts.
func judge(body []byte, maxDepth int) (Envelope, error) {
	if !utf8.Valid(body) {
		return Envelope{}, ErrNotUTF8
	}
	if TooDeep(body, maxDepth) {
		return Envelope{}, ErrTooDeep
	}
	dec := jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true))
	switch dec.PeekKind() {
	case '{':
		env, end, err := parseObject(dec, body)
		if HasDuplicateNames(body[:end]) {
			return Envelope{}, ErrDuplicateKey
		}
		return env, err
	case '[':
		return Envelope{}, ErrBatch
	default:
		if _, err := dec.ReadValue(); err != nil {
			return Envelope{}, ErrSyntax
		}
		return Envelope{}, ErrNotObject
	}
}

// parseObject reports faults of the text before faults of a member: a text that
// is not sound has no members that could be trusted. It also returns where the
// object or, if it is not sound, what is sound of it ends.
func parseObject(dec *jsontext.Decoder, body []byte) (Envelope, int, error) {
	var env Envelope
	var invalid error
	if _, err := dec.ReadToken(); err != nil {
		return unsound(err, len(body))
	}
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return unsound(err, len(body))
		}
		key := []byte(name.String())
		value, err := dec.ReadValue()
		if err != nil {
			return unsound(err, len(body))
		}
		// The decoder's slice lives until its next read, the body's as long as the body.
		end := int(dec.InputOffset())
		if err := env.set(key, body[end-len(value):end:end]); err != nil && invalid == nil {
			invalid = err
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return unsound(err, len(body))
	}
	end := int(dec.InputOffset())
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return Envelope{}, end, ErrTrailing
	}
	if invalid == nil {
		invalid = env.validate()
	}
	return env, end, invalid
}

// unsound is the answer of parseObject to an error of the decoder.
func unsound(err error, length int) (Envelope, int, error) {
	if at, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		length = min(length, int(at.ByteOffset))
	}
	return Envelope{}, length, ErrSyntax
}

// set takes a member, of which there is one of each name at most.
func (e *Envelope) set(key []byte, value jsontext.Value) error {
	kind := value.Kind()
	switch string(key) {
	case "jsonrpc":
		e.version = unquote(value)
	case "method":
		e.Method = unquote(value)
	case "params":
		if kind == 'n' {
			return nil
		}
		if kind != '{' && kind != '[' {
			return ErrParams
		}
		e.Params = value
	case "id":
		if !validID(value) {
			return ErrID
		}
		e.ID = value
	}
	return nil
}

// validate checks what JSON-RPC 2.0 section 4 asks of a request.
func (e *Envelope) validate() error {
	switch {
	case e.version != rpcVersion:
		return ErrVersion
	case e.Method == "":
		return ErrMethod
	case e.ID == nil:
		return ErrNotification
	}
	return nil
}
