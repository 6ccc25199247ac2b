// Package jsonnumber reads numbers in JSON of any form at a cost that is bounded
// for each byte.
package jsonnumber

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ErrRange reports a number that no float64 holds.
var ErrRange = errors.New("a number is out of range")

// Bounded makes package json decode numbers into any by [Parse], and refuse those
// that are out of range ([ErrRange]).
var Bounded = json.WithUnmarshalers(json.UnmarshalFromFunc(func(dec *jsontext.Decoder, v *any) error {
	if dec.PeekKind() != jsontext.KindNumber {
		return errors.ErrUnsupported
	}
	raw, err := dec.ReadValue()
	if err == nil && BeyondRange(raw) {
		err = ErrRange
	}
	if err == nil {
		*v = Parse(raw)
	}
	return err
}))

// Parse returns the float64 that a number in JSON is, or the number as
// text if it would be costly to read, or is out of range.
func Parse(number []byte) any {
	if !isCostly(number) {
		if f, err := strconv.ParseFloat(string(number), 64); err == nil {
			return f
		}
	}
	return stdjson.Number(number)
}

// isCostly reports what strconv needs big arithmetic for: numbers near the
// least double, which take it 25 µs, and those of more digits than doubles are
// written with, when they lie between two doubles.
func isCostly(number []byte) bool {
	const longest, digits, least = 24, 17, -290
	return len(number) > longest || significant(number) > digits || exponent(number) < least
}

// significant counts the digits from the first that is not zero on.
func significant(number []byte) (n int) {
	for _, c := range number {
		switch {
		case c == 'e' || c == 'E':
			return n
		case '1' <= c && c <= '9' || c == '0' && n > 0:
			n++
		}
	}
	return n
}

// exponent returns that of the last digit before the point, as far as it can
// be a cost: the power of ten that is written.
func exponent(number []byte) int {
	i := bytes.IndexAny(number, "eE")
	if i < 0 {
		return 0
	}
	n, err := strconv.Atoi(string(number[i+1:]))
	if err != nil {
		return 0 // far too large, which the parser says at once
	}
	return n
}
