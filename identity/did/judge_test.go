package did

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/gowebpki/jcs"
)

// judgeCanonical is what CanonicalJSON has to agree with: the body inspected
// token by token, every number compared as a decimal before and after, and the
// canonical form by gowebpki/jcs. It was the product once; it is correct, and
// costs too much for what strangers send.
func judgeCanonical(body []byte) ([]byte, error) {
	if !utf8.Valid(body) {
		return nil, ErrBodyNotUTF8
	}
	if err := judgeInspect(body); err != nil {
		return nil, err
	}
	canonical, err := jcs.Transform(body)
	if err != nil {
		// Both parsers must agree; what only one accepts is not JSON.
		return nil, ErrSyntax
	}
	return canonical, nil
}

// judgeInspect reads body token by token, without recursion, and reports the first
// reason why it must not be canonicalised.
func judgeInspect(body []byte) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(body))
	for {
		if err := judgeToken(d); err != nil {
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

func judgeToken(d *jsontext.Decoder) error {
	if d.PeekKind() == jsontext.KindNumber {
		number, err := d.ReadValue()
		if err != nil {
			return judgeSyntaxError(d, err)
		}
		if !judgeKeepsValue(number) {
			return fmt.Errorf("%w: at byte %d; send it as a string", ErrNumber, d.InputOffset())
		}
		return nil
	}
	if _, err := d.ReadToken(); err != nil {
		return judgeSyntaxError(d, err)
	}
	if d.StackDepth() > MaxDepth {
		return fmt.Errorf("%w: at most %d levels", ErrDepth, MaxDepth)
	}
	return nil
}

// judgeKeepsValue reports whether a JSON number has the same decimal value before
// and after RFC 8785 section 3.2.2.3 has made a double of it.
func judgeKeepsValue(number []byte) bool {
	f, err := strconv.ParseFloat(string(number), 64)
	if err != nil {
		return false // beyond the range of a double
	}
	canonical, err := jcs.NumberToJSON(f)
	if err != nil {
		return false
	}
	before, ok := judgeParseDecimal(number)
	after, _ := judgeParseDecimal([]byte(canonical))
	return ok && before.equal(after)
}

// judgeDecimal is sign × 0.DIGITS × 10^exponent, with neither a leading nor a
// trailing zero among the digits. Zero has no digits; minus zero is not zero.
type judgeDecimal struct {
	negative bool
	digits   []byte
	exponent int
}

func (a judgeDecimal) equal(b judgeDecimal) bool {
	return a.negative == b.negative && a.exponent == b.exponent && bytes.Equal(a.digits, b.digits)
}

// judgeExponentDigits bounds the exponent far beyond what a double can hold, so
// that arithmetic on it cannot overflow.
const judgeExponentDigits = 9

// judgeParseDecimal reads a number of the JSON grammar. It reports false for an
// exponent that no double has.
func judgeParseDecimal(number []byte) (judgeDecimal, bool) {
	number, negative := bytes.CutPrefix(number, []byte("-"))
	mantissa, exponent := number, []byte(nil)
	if i := bytes.IndexAny(number, "eE"); i >= 0 {
		mantissa, exponent = number[:i], number[i+1:]
	}
	whole, fraction, _ := bytes.Cut(mantissa, []byte("."))
	digits := append(append(make([]byte, 0, len(mantissa)), whole...), fraction...)
	significant := bytes.TrimLeft(digits, "0")
	if len(significant) == 0 {
		return judgeDecimal{negative: negative}, true
	}
	n, ok := judgeParseExponent(exponent)
	n += len(whole) - (len(digits) - len(significant))
	return judgeDecimal{negative, bytes.TrimRight(significant, "0"), n}, ok
}

func judgeParseExponent(text []byte) (int, bool) {
	text, negative := bytes.CutPrefix(text, []byte("-"))
	text = bytes.TrimLeft(bytes.TrimPrefix(text, []byte("+")), "0")
	if len(text) > judgeExponentDigits {
		return 0, false
	}
	n := 0
	for _, digit := range text {
		n = 10*n + int(digit-'0')
	}
	if negative {
		n = -n
	}
	return n, true
}

func judgeSyntaxError(d *jsontext.Decoder, err error) error {
	kind := ErrSyntax
	if errors.Is(err, jsontext.ErrDuplicateName) {
		kind = ErrDuplicateKey
	}
	return fmt.Errorf("%w: after byte %d", kind, d.InputOffset())
}
