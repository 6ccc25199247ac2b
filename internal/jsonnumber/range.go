package jsonnumber

import (
	"bytes"
	"math/big"
)

// tooLarge are the digits of 2^1024 - 2^970, the least number that rounds to
// no double.
var tooLarge = func() []byte {
	n := new(big.Int).Lsh(big.NewInt(1), 1024)
	return []byte(n.Sub(n, new(big.Int).Lsh(big.NewInt(1), 970)).String())
}()

// BeyondRange reports a number in JSON that no double holds, without reading it:
// it compares places and digits.
func BeyondRange(number []byte) bool {
	const most, none = 1_000_000_000, 9 // bounds of an exponent, and its digits
	number = bytes.TrimPrefix(number, []byte("-"))
	mantissa, power := number, []byte(nil)
	if i := bytes.IndexAny(number, "eE"); i >= 0 {
		mantissa, power = number[:i], number[i+1:]
	}
	whole, fraction, _ := bytes.Cut(mantissa, []byte("."))
	whole = bytes.TrimLeft(whole, "0")
	significant := bytes.TrimLeft(fraction, "0")
	places := len(whole)
	if places == 0 {
		if len(significant) == 0 {
			return false // zero
		}
		places = len(significant) - len(fraction)
	}
	power, negative := bytes.CutPrefix(power, []byte("-"))
	power = bytes.TrimLeft(power, "+0")
	n := most
	if len(power) <= none {
		n = 0
		for _, c := range power {
			n = 10*n + int(c-'0')
		}
	}
	if negative {
		n = -n
	}
	if places += n; places != len(tooLarge) {
		return places > len(tooLarge)
	}
	if len(whole) == 0 {
		return compareDigits(significant, nil) >= 0
	}
	return compareDigits(whole, fraction) >= 0
}

// compareDigits compares the digits of a and b, one behind the other, with
// those of tooLarge, as fractions.
func compareDigits(a, b []byte) int {
	for i, want := range tooLarge {
		digit := byte('0')
		switch {
		case i < len(a):
			digit = a[i]
		case i-len(a) < len(b):
			digit = b[i-len(a)]
		}
		if digit != want {
			return int(digit) - int(want)
		}
	}
	return 0
}
