package signature

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/getbindu/bindu-go/identity/did"
)

// Reference is the Python reference's: exact body bytes as a string inside
// Python-style JSON.
const Reference Scheme = "reference"

var reference = &scheme{name: Reference, payload: referencePayload, sign: (*did.KeyPair).SignRequest}

// referencePayload writes what Python's
//
//	json.dumps({"body": body, "did": did, "timestamp": timestamp}, sort_keys=True)
//
// gives, with the body as text.
func referencePayload(buffer []byte, r Request) (payload, body []byte, err error) {
	if !utf8.Valid(r.Body) {
		return nil, nil, did.ErrBodyNotUTF8
	}
	return appendReference(buffer, r.Body, r.DID.String(), r.Timestamp), r.Body, nil
}

func appendReference(dst, body []byte, did string, timestamp int64) []byte {
	// A body may become six times as long: what it becomes is allocated once.
	dst = room(dst, asciiLength(body)+len(did)+64)
	dst = append(dst, `{"body": "`...)
	dst = appendASCII(dst, body)
	dst = append(dst, `", "did": "`...)
	dst = appendASCII(dst, []byte(did))
	dst = append(dst, `", "timestamp": `...)
	dst = strconv.AppendInt(dst, timestamp, 10)
	return append(dst, '}')
}

// appendASCII appends valid UTF-8 as the inside of a JSON string the way
// Python's ensure_ascii does: printable ASCII as it is, everything else
// escaped, above U+FFFF as a surrogate pair, hexadecimal in lower case.
func appendASCII(dst, s []byte) []byte {
	start := 0 // of what is copied as it is
	for i := 0; i < len(s); {
		c := s[i]
		if ' ' <= c && c <= '~' && c != '"' && c != '\\' {
			i++
			continue
		}
		dst = append(dst, s[start:i]...)
		if c < utf8.RuneSelf {
			dst = appendEscaped(dst, c)
			i++
		} else {
			r, size := utf8.DecodeRune(s[i:])
			dst = appendRune(dst, r)
			i += size
		}
		start = i
	}
	return append(dst, s[start:]...)
}

// asciiLength is how many bytes appendASCII appends for s.
func asciiLength(s []byte) int {
	n := len(s)
	for _, c := range s {
		switch {
		case ' ' <= c && c <= '~':
			if c == '"' || c == '\\' {
				n++
			}
		case c >= utf8.RuneSelf:
			n += escapedLength(c) - 1
		case c == '\b' || c == '\f' || c == '\n' || c == '\r' || c == '\t':
			n++
		default:
			n += len(`\u0000`) - 1
		}
	}
	return n
}

// escapedLength is how long a character becomes, counted at its first byte.
func escapedLength(c byte) int {
	switch {
	case c < 0xc0: // continues one
		return 0
	case c >= 0xf0: // beyond the basic plane
		return len(`\ud83d\ude00`)
	}
	return len(`\u0000`)
}

func appendEscaped(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	return appendHex4(dst, rune(c))
}

func appendRune(dst []byte, r rune) []byte {
	if r > 0xffff {
		high, low := utf16.EncodeRune(r)
		return appendHex4(appendHex4(dst, high), low)
	}
	return appendHex4(dst, r)
}

func appendHex4(dst []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
