package jsonlex

import (
	"encoding/binary"
	"math/bits"
)

// Byte returns the byte at a place of a text, and 0 behind its end.
func Byte(text []byte, at int) byte {
	if at < len(text) {
		return text[at]
	}
	return 0
}

// Space returns where the white space ends that begins at a place.
func Space(text []byte, at int) int {
	for at < len(text) && text[at] <= ' ' && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t') {
		at++
	}
	return at
}

// Scalar returns where the string, number, true, false or null ends that begins at a
// place; ok is false if none does.
func Scalar(text []byte, at int) (end int, ok bool) {
	switch Byte(text, at) {
	case '"':
		end, _, ok = String(text, at)
		return end, ok
	case 't':
		return literal(text, at, "true")
	case 'f':
		return literal(text, at, "false")
	case 'n':
		return literal(text, at, "null")
	}
	return Number(text, at)
}

func literal(text []byte, at int, want string) (end int, ok bool) {
	end = at + len(want)
	return end, end <= len(text) && string(text[at:end]) == want
}

// Number returns where the number ends that begins at a place (section 6).
func Number(text []byte, at int) (end int, ok bool) {
	if Byte(text, at) == '-' {
		at++
	}
	whole := at
	if Byte(text, at) == '0' {
		at++ // a digit behind it belongs to nothing
	} else if at = digits(text, at); at == whole {
		return at, false
	}
	if Byte(text, at) == '.' {
		at++
		fraction := at
		if at = digits(text, at); at == fraction {
			return at, false
		}
	}
	if c := Byte(text, at); c != 'e' && c != 'E' {
		return at, true
	}
	at++
	if c := Byte(text, at); c == '+' || c == '-' {
		at++
	}
	end = digits(text, at)
	return end, end > at
}

// digits returns where the digits end that begin at a place.
func digits(text []byte, at int) int {
	for at < len(text) && '0' <= text[at] && text[at] <= '9' {
		at++
	}
	return at
}

// String returns where the string ends whose quote is at a place, and whether it has
// escapes.
func String(text []byte, at int) (end int, escaped, ok bool) {
	for at++; ; {
		at = plain(text, at)
		switch Byte(text, at) {
		case '"':
			return at + 1, escaped, true
		case '\\':
			escaped = true
			if at, ok = escape(text, at); !ok {
				return at, true, false
			}
		default: // a control character, or the end of the text
			return at, escaped, false
		}
	}
}

// plain returns where the characters end that stand for themselves in a string: none is
// a quote, a backslash or a control character.
func plain(text []byte, at int) int {
	const each, high = 0x0101010101010101, 0x8080808080808080
	for ; len(text)-at >= 8; at += 8 {
		v := binary.LittleEndian.Uint64(text[at:])
		quote, slash := v^'"'*each, v^'\\'*each
		// The lowest bit that is set is that of the first such byte; those above it may
		// come from a borrow.
		if found := ((quote-each)&^quote | (slash-each)&^slash | (v-' '*each)&^v) & high; found != 0 {
			return at + bits.TrailingZeros64(found)/8
		}
	}
	for at < len(text) && text[at] >= ' ' && text[at] != '"' && text[at] != '\\' {
		at++
	}
	return at
}

// escape returns where the escape ends whose backslash is at a place. Of a pair of
// surrogates both halves are there and in order.
func escape(text []byte, at int) (end int, ok bool) {
	switch Byte(text, at+1) {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return at + 2, true
	case 'u':
	default:
		return at, false
	}
	first, ok := unit(text, at)
	at += unitLength
	if !ok || first < 0xd800 || first > 0xdfff {
		return at, ok
	}
	second, ok := unit(text, at)
	return at + unitLength, ok && first < 0xdc00 && 0xdc00 <= second && second <= 0xdfff
}

const unitLength = len(`\u0000`)

// unit reads a backslash, the letter u and four hexadecimal digits.
func unit(text []byte, at int) (value int, ok bool) {
	if len(text)-at < unitLength || text[at] != '\\' || text[at+1] != 'u' {
		return 0, false
	}
	for _, c := range text[at+2 : at+unitLength] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		value = value<<4 | int(c)
	}
	return value, true
}
