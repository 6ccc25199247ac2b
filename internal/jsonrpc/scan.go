package jsonrpc

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// maxExactInteger is the largest magnitude up to which every integer survives
// the float64 of other JSON implementations (RFC 8259, section 6).
const maxExactInteger = 1 << 53

// TooDeep reports JSON whose arrays and objects nest deeper than maxDepth, by
// counting brackets outside of strings. It runs before a parser, so that hostile
// nesting costs no recursion; on malformed text its answer does not matter.
func TooDeep(body []byte, maxDepth int) bool {
	depth, inString := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case inString:
			switch c {
			case '\\':
				i++
			case '"':
				inString = false
			}
		case c == '"':
			inString = true
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// validID accepts what JSON-RPC 2.0 section 4 recommends: a string, null or a
// number without a fraction, the last limited to what every peer reads alike.
func validID(v jsontext.Value) bool {
	switch v.Kind() {
	case '"', 'n':
		return true
	case '0':
		n, err := strconv.ParseInt(string(v), 10, 64)
		return err == nil && -maxExactInteger <= n && n <= maxExactInteger
	default:
		return false
	}
}

// unquote returns the text of a JSON string and "" for any other value.
func unquote(v jsontext.Value) string {
	if v.Kind() != '"' {
		return ""
	}
	if bytes.IndexByte(v, '\\') < 0 {
		if string(v[1:len(v)-1]) == rpcVersion {
			return rpcVersion // nothing is allocated for what everybody sends
		}
		return string(v[1 : len(v)-1])
	}
	text, err := jsontext.AppendUnquote(nil, v)
	if err != nil {
		return ""
	}
	return string(text)
}
