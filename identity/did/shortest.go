package did

import (
	"bytes"
	"math"
	"strconv"
)

// isShortest reports whether d, which is not zero, is what RFC 8785 writes for
// the double nearest to it: the shortest decimal that this double is read from.
//
// Parsing d would answer that, but takes strconv 25 µs for a number such as
// 5e-324, and a body holds hundreds of thousands of them. Writing a double is
// quick for every double, so the few that can be nearest are written.
func (d *decimal) isShortest() bool {
	// Up to 15 digits survive a normal double, and no two such decimals have
	// the same (DBL_DIG of C), so there is none that is shorter.
	const exactDigits, least, most = 15, -306, 308
	if d.count <= exactDigits && least <= d.exponent && d.exponent <= most {
		return true
	}
	near, ok := d.nearby()
	if !ok {
		return false
	}
	for _, ulps := range [...]int64{0, 1, -1, 2, -2, 3, -3} {
		if d.isWritten(math.Float64frombits(uint64(int64(math.Float64bits(near)) + ulps))) {
			return true
		}
	}
	return false
}

// nearby returns a double at most three steps from the one nearest to |d|,
// never by strconv's slow path: that is taken for numbers below the normal ones
// and for those in the middle of two doubles.
func (d *decimal) nearby() (float64, bool) {
	// The exponents of the largest and the smallest double.
	const most, least = 309, -323
	if d.exponent > most || d.exponent < least {
		return 0, false
	}
	digits, power := d.integer(), d.exponent-d.count
	// With 17 digits only a power within this can be in the middle: 5^24 has
	// more bits than two doubles and their middle.
	const middle, tiny, low, shift = 23, -308, -307, 200
	switch {
	case 0 <= power && power <= middle:
		return float64(digits) * math.Pow10(power), true
	case -middle <= power && power < 0:
		return float64(digits) / math.Pow10(-power), true
	case d.exponent <= tiny:
		// A double has at most 51 bits here: four roundings are two steps.
		return float64(digits) * math.Pow10(power+shift) * 1e-200, true
	case d.exponent <= low:
		// Parsed where doubles are normal, then down by one multiplication.
		return d.parse(power+shift) * 1e-200, true
	}
	f := d.parse(power)
	return f, !math.IsInf(f, 0)
}

func (d *decimal) integer() (n uint64) {
	for _, c := range d.digits[:d.count] {
		n = 10*n + uint64(c-'0')
	}
	return n
}

// parse returns the double nearest to the digits as an integer times 10^power.
func (d *decimal) parse(power int) float64 {
	var buf [32]byte
	text := strconv.AppendInt(append(append(buf[:0], d.digits[:d.count]...), 'e'), int64(power), 10)
	f, _ := strconv.ParseFloat(string(text), 64) // an error is an infinity
	return f
}

// isWritten reports whether |d| is the shortest decimal of f.
func (d *decimal) isWritten(f float64) bool {
	if !(f > 0) || math.IsInf(f, 0) {
		return false
	}
	var buf [32]byte
	text := strconv.AppendFloat(buf[:0], f, 'e', -1, 64) // D.DDDe±DD
	mantissa, exponent, _ := bytes.Cut(text, []byte("e"))
	n, _ := parseExponent(exponent)
	if n != d.exponent-1 || mantissa[0] != d.digits[0] {
		return false
	}
	return d.count == 1 && len(mantissa) == 1 || len(mantissa) > 2 && bytes.Equal(mantissa[2:], d.digits[1:d.count])
}

// append writes d, which is not zero, as ECMAScript does.
func (d *decimal) append(dst []byte) []byte {
	const largestPlain, smallestPlain = 21, -6 // exponents written without e
	if d.negative {
		dst = append(dst, '-')
	}
	digits, point := d.digits[:d.count], d.exponent
	switch {
	case d.count <= point && point <= largestPlain:
		return appendZeros(append(dst, digits...), point-d.count)
	case 0 < point && point <= largestPlain:
		return append(append(append(dst, digits[:point]...), '.'), digits[point:]...)
	case smallestPlain < point && point <= 0:
		return append(appendZeros(append(dst, "0."...), -point), digits...)
	}
	dst = append(dst, digits[0])
	if d.count > 1 {
		dst = append(append(dst, '.'), digits[1:]...)
	}
	dst = append(dst, 'e')
	if point > 0 {
		dst = append(dst, '+')
	}
	return strconv.AppendInt(dst, int64(point-1), 10)
}

func appendZeros(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, '0')
	}
	return dst
}
