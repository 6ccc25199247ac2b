package did

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/gowebpki/jcs"
)

// MaxDepth is how deeply arrays and objects may be nested in a body.
const MaxDepth = 64

// CanonicalJSON returns the RFC 8785 form of body, which must be exactly one
// JSON value whose meaning that form keeps. It refuses text that is not UTF-8
// ([ErrBodyNotUTF8]), anything before or after the value, a byte order mark
// and lone surrogates ([ErrSyntax]), duplicate keys ([ErrDuplicateKey]),
// nesting beyond [MaxDepth] ([ErrDepth]) and numbers that RFC 8785 would
// change, such as 9007199254740993, -0 or 1e400 ([ErrNumber]). All but the
// first are [ErrBodyNotCanonical] too.
func CanonicalJSON(body []byte) ([]byte, error) {
	if !utf8.Valid(body) {
		return nil, ErrBodyNotUTF8
	}
	if err := inspect(body); err != nil {
		return nil, err
	}
	canonical, err := jcs.Transform(body)
	if err != nil {
		// Both parsers must agree; what only one accepts is not JSON.
		return nil, ErrSyntax
	}
	return canonical, nil
}

// inspect reads body token by token, without recursion, and reports the first
// reason why it must not be canonicalised.
func inspect(body []byte) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(body))
	for {
		if err := inspectToken(d); err != nil {
			return err
		}
		if d.StackDepth() == 0 {
			break
		}
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: there is more after it", ErrSyntax)
	}
	return nil
}

func inspectToken(d *jsontext.Decoder) error {
	if d.PeekKind() == jsontext.KindNumber {
		number, err := d.ReadValue()
		if err != nil {
			return syntaxError(d, err)
		}
		if !keepsValue(number) {
			return fmt.Errorf("%w: at byte %d; send it as a string", ErrNumber, d.InputOffset())
		}
		return nil
	}
	if _, err := d.ReadToken(); err != nil {
		return syntaxError(d, err)
	}
	if d.StackDepth() > MaxDepth {
		return fmt.Errorf("%w: at most %d levels", ErrDepth, MaxDepth)
	}
	return nil
}

func syntaxError(d *jsontext.Decoder, err error) error {
	kind := ErrSyntax
	if errors.Is(err, jsontext.ErrDuplicateName) {
		kind = ErrDuplicateKey
	}
	return fmt.Errorf("%w: after byte %d", kind, d.InputOffset())
}
