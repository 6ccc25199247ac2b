package did

import (
	"bytes"
	"strconv"

	"github.com/gowebpki/jcs"
)

// keepsValue reports whether a JSON number has the same decimal value before
// and after RFC 8785 section 3.2.2.3 has made a double of it.
func keepsValue(number []byte) bool {
	f, err := strconv.ParseFloat(string(number), 64)
	if err != nil {
		return false // beyond the range of a double
	}
	canonical, err := jcs.NumberToJSON(f)
	if err != nil {
		return false
	}
	before, ok := parseDecimal(number)
	after, _ := parseDecimal([]byte(canonical))
	return ok && before.equal(after)
}

// decimal is sign × 0.DIGITS × 10^exponent, with neither a leading nor a
// trailing zero among the digits. Zero has no digits; minus zero is not zero.
type decimal struct {
	negative bool
	digits   []byte
	exponent int
}

func (a decimal) equal(b decimal) bool {
	return a.negative == b.negative && a.exponent == b.exponent && bytes.Equal(a.digits, b.digits)
}

// maxExponentDigits bounds the exponent far beyond what a double can hold, so
// that arithmetic on it cannot overflow.
const maxExponentDigits = 9

// parseDecimal reads a number of the JSON grammar. It reports false for an
// exponent that no double has.
func parseDecimal(number []byte) (decimal, bool) {
	number, negative := bytes.CutPrefix(number, []byte("-"))
	mantissa, exponent := number, []byte(nil)
	if i := bytes.IndexAny(number, "eE"); i >= 0 {
		mantissa, exponent = number[:i], number[i+1:]
	}
	whole, fraction, _ := bytes.Cut(mantissa, []byte("."))
	digits := append(append(make([]byte, 0, len(mantissa)), whole...), fraction...)
	significant := bytes.TrimLeft(digits, "0")
	if len(significant) == 0 {
		return decimal{negative: negative}, true
	}
	n, ok := parseExponent(exponent)
	n += len(whole) - (len(digits) - len(significant))
	return decimal{negative, bytes.TrimRight(significant, "0"), n}, ok
}

func parseExponent(text []byte) (int, bool) {
	text, negative := bytes.CutPrefix(text, []byte("-"))
	text = bytes.TrimLeft(bytes.TrimPrefix(text, []byte("+")), "0")
	if len(text) > maxExponentDigits {
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
