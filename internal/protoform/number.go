package protoform

import (
	"math"
	"strconv"

	"github.com/getbindu/bindu-go/internal/jsonnumber"
)

// exact is the first whole number behind which doubles leave some out.
const exact = 1 << 53

// leastNormal is the least double with all of its digits.
const leastNormal = 0x1p-1022

// number writes a double: whole ones up to 2^53 in digits, the others so that readers do
// not take them for integers that they would have to change. The shortest form of one
// that lacks digits costs 20 µs, so those are written with 17.
func (w *writer) number(f float64) error {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return ErrMalformed
	}
	format, digits := byte('f'), -1
	switch abs := math.Abs(f); {
	case abs != 0 && abs < leastNormal:
		format, digits = 'e', 16
	case abs != 0 && abs < 1e-6 || abs > exact:
		format = 'e'
	}
	var buffer [32]byte
	return w.raw(string(strconv.AppendFloat(buffer[:0], f, format, digits, 64)))
}

// double returns the double that a number in JSON is; false for none. One that takes big
// arithmetic to read is read to 17 digits.
func double(number []byte) (float64, bool) {
	if jsonnumber.BeyondRange(number) {
		return 0, false
	}
	if f, ok := jsonnumber.Parse(number).(float64); ok {
		return f, true
	}
	return approximate(number), true
}

// approximate reads the first 17 digits of a number in JSON, and of one that is less than
// the least normal double as many as are left of them.
func approximate(number []byte) float64 {
	const most, shift, tiny = 17, 200, -400
	negative := number[0] == '-'
	var digits []byte
	power, i := 0, 0 // of ten, behind the digits
	for point := false; i < len(number) && number[i] != 'e' && number[i] != 'E'; i++ {
		c := number[i]
		switch {
		case c == '.':
			point = true
			continue
		case c == '-' || c == '0' && len(digits) == 0 && !point:
			continue
		case c == '0' && len(digits) == 0:
			power--
			continue
		case len(digits) < most:
			digits = append(digits, c)
		case !point:
			power++
			continue
		default:
			continue
		}
		if point {
			power--
		}
	}
	if len(digits) == 0 {
		return 0
	}
	if i < len(number) {
		written, err := strconv.Atoi(string(number[i+1:]))
		if err != nil { // negative and immense: the others are out of range
			return 0
		}
		power += written
	}
	if power < tiny {
		return 0
	}
	scale := 1.0
	if power+len(digits) < -306 {
		power, scale = power+shift, 1e-200
	}
	f, _ := strconv.ParseFloat(string(strconv.AppendInt(append(digits, 'e'), int64(power), 10)), 64)
	if negative {
		f = -f
	}
	return f * scale
}
