package did

import "bytes"

// maxDigits is the most significant digits that the shortest decimal of a
// double has; a number with more of them would change.
const maxDigits = 17

// decimal is sign × 0.DIGITS × 10^exponent, with neither a leading nor a
// trailing zero among the digits. Zero has no digits.
type decimal struct {
	negative bool
	digits   [maxDigits]byte
	count    int // of digits
	exponent int
}

// appendNumber appends the RFC 8785 form (section 3.2.2.3) of a number of the
// JSON grammar. It reports false for a number whose decimal value that form
// would change, minus zero among them. Its cost is that of reading the number
// once, and for few numbers a bounded search in [decimal.isShortest].
func appendNumber(dst, number []byte) ([]byte, bool) {
	if isShortInteger(number) {
		return append(dst, number...), true
	}
	d, ok := parseDecimal(number)
	switch {
	case !ok || d.count == 0 && d.negative:
		return dst, false
	case d.count == 0:
		return append(dst, '0'), true
	case !d.isShortest():
		return dst, false
	}
	return d.append(dst), true
}

// isShortInteger reports an integer that is its own canonical form.
func isShortInteger(number []byte) bool {
	const exact = 15 // digits that a double always keeps
	if len(number) > exact || number[0] == '-' && number[1] == '0' {
		return false
	}
	for _, c := range bytes.TrimPrefix(number, []byte("-")) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// parseDecimal reads a number of the JSON grammar. It reports false if the
// number has more digits or a larger exponent than any double is written with.
func parseDecimal(number []byte) (d decimal, ok bool) {
	number, d.negative = bytes.CutPrefix(number, []byte("-"))
	mantissa, exponent := number, []byte(nil)
	if i := bytes.IndexAny(number, "eE"); i >= 0 {
		mantissa, exponent = number[:i], number[i+1:]
	}
	whole, fraction, _ := bytes.Cut(mantissa, []byte("."))
	zeros := 0 // seen, and not yet known to be inside the number
	if !d.read(whole, &zeros, 1, 0) || !d.read(fraction, &zeros, 0, -1) {
		return decimal{}, false
	}
	if d.count == 0 {
		return decimal{negative: d.negative}, true
	}
	n, ok := parseExponent(exponent)
	d.exponent += n
	return d, ok
}

// read takes the digits before or after the point. Each moves the exponent by
// significant, or by leading while there are only zeros.
func (d *decimal) read(text []byte, zeros *int, significant, leading int) bool {
	for _, c := range text {
		switch {
		case c == '0' && d.count == 0:
			d.exponent += leading
			continue
		case c == '0':
			*zeros++
		case d.count+*zeros >= maxDigits:
			return false
		default:
			for ; *zeros > 0; *zeros-- {
				d.digits[d.count] = '0'
				d.count++
			}
			d.digits[d.count] = c
			d.count++
		}
		d.exponent += significant
	}
	return true
}

// maxExponent is far beyond what a double can hold, and beyond what other
// parsers of numbers read.
const maxExponent = 99_999

func parseExponent(text []byte) (n int, ok bool) {
	text, negative := bytes.CutPrefix(text, []byte("-"))
	for _, digit := range bytes.TrimPrefix(text, []byte("+")) {
		if n = 10*n + int(digit-'0'); n > maxExponent {
			return 0, false
		}
	}
	if negative {
		n = -n
	}
	return n, true
}
