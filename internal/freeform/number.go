package freeform

import (
	"bytes"
	"errors"
	"strconv"

	"github.com/getbindu/bindu-go/internal/jsonnumber"
)

// Errors of [UnmarshalStrict].
var (
	// ErrInteger reports an integer that readers of float64 would change
	// (RFC 8259, section 6).
	ErrInteger = errors.New("an integer beyond ±2^53 would be changed: send it as a string")
	// ErrRange reports a number that no float64 holds.
	ErrRange = jsonnumber.ErrRange
)

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
	if len(number) <= 15 && !bytes.ContainsAny(number, "eE") {
		return nil
	}
	if bytes.ContainsAny(number, ".eE") {
		if jsonnumber.BeyondRange(number) {
			return ErrRange
		}
		return nil
	}
	if n, err := strconv.ParseInt(string(number), 10, 64); err != nil || n < -exact || n > exact {
		return ErrInteger
	}
	return nil
}
