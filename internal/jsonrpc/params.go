package jsonrpc

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// ParseParams reads body as the parameters of a method alone, without an envelope:
// exactly one JSON object, or nothing, which is nil. It is as strict as [Parse] and
// fails with the same errors. What it returns is a slice of body.
func ParseParams(body []byte, maxDepth int) (jsontext.Value, error) {
	switch {
	case len(body) == 0:
		return nil, nil
	case !utf8.Valid(body):
		return nil, ErrNotUTF8
	case TooDeep(body, maxDepth):
		return nil, ErrTooDeep
	}
	dec := jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true))
	value, err := dec.ReadValue()
	if err != nil {
		return nil, ErrSyntax
	}
	if value.Kind() != jsontext.KindBeginObject {
		return nil, ErrNotObject
	}
	end := int(dec.InputOffset())
	object := body[end-len(value) : end : end]
	if HasDuplicateNames(object) {
		return nil, ErrDuplicateKey
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, ErrTrailing
	}
	return object, nil
}
