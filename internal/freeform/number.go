package freeform

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"strconv"
)

// Errors of [UnmarshalStrict].
var (
	// ErrInteger reports an integer that readers of float64 would change
	// (RFC 8259, section 6).
	ErrInteger = errors.New("an integer beyond ±2^53 would be changed: send it as a string")
	// ErrRange reports a number that no float64 holds.
	ErrRange = errors.New("a number is out of range")
)

// parseNumber returns the float64 that a number in JSON is, or the number as
// text if it would be costly to read, or is out of range.
func parseNumber(number []byte) any {
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

// checkNumbers looks at every number in data, which must be valid JSON, and
// reports the first that would not survive as a float64.
func checkNumbers(data []byte) error {
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			i += endOfString(data[i:])
		case c == '-' || '0' <= c && c <= '9':
			length := numberLength(data[i:])
			if err := checkNumber(data[i : i+length]); err != nil {
				return err
			}
			i += length - 1
		}
	}
	return nil
}

func numberLength(data []byte) int {
	for i, c := range data {
		if (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' && c != 'e' && c != 'E' {
			return i
		}
	}
	return len(data)
}

func checkNumber(number []byte) error {
	const exact = 1 << 53
	if len(number) <= 15 && exponent(number) == 0 {
		return nil
	}
	if bytes.ContainsAny(number, ".eE") {
		if beyondRange(number) {
			return ErrRange
		}
		return nil
	}
	if n, err := strconv.ParseInt(string(number), 10, 64); err != nil || n < -exact || n > exact {
		return ErrInteger
	}
	return nil
}
