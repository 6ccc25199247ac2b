package did

import (
	"fmt"
	"strings"
)

// MaxLength is the longest DID accepted, in bytes.
const MaxLength = 512

// DID is a validated decentralized identifier (DID Core, section 3.1). Two
// DIDs are the same exactly when their bytes are, so DIDs compare with == and
// serve as map keys. The zero value names nobody.
type DID struct{ s string }

// Parse validates s against the ABNF of DID Core section 3.1:
//
//	did                = "did:" method-name ":" method-specific-id
//	method-name        = 1*( %x61-7A / DIGIT )
//	method-specific-id = *( *idchar ":" ) 1*idchar
//	idchar             = ALPHA / DIGIT / "." / "-" / "_" / pct-encoded
//
// The grammar allows an empty segment inside the identifier, not at its end.
// DID URLs (with a path, query or fragment) are not DIDs. Any fault is
// [ErrMalformed].
func Parse(s string) (DID, error) {
	if len(s) > MaxLength {
		return DID{}, fmt.Errorf("%w: %d bytes, at most %d are accepted", ErrMalformed, len(s), MaxLength)
	}
	rest, ok := strings.CutPrefix(s, "did:")
	if !ok {
		return DID{}, fmt.Errorf(`%w: it must start with "did:"`, ErrMalformed)
	}
	method, id, ok := strings.Cut(rest, ":")
	if !ok || !isMethodName(method) {
		return DID{}, fmt.Errorf("%w: the method must be lower-case letters and digits, followed by a colon", ErrMalformed)
	}
	if !isMethodSpecificID(id) {
		return DID{}, fmt.Errorf("%w: the identifier must be letters, digits, '.', '-', '_', ':' and %%XX, not ending in ':'", ErrMalformed)
	}
	return DID{s}, nil
}

// String returns the DID as text, "" for the zero value.
func (d DID) String() string { return d.s }

// MarshalText lets JSON and structured logs show the text. It never fails.
func (d DID) MarshalText() ([]byte, error) { return []byte(d.s), nil }

// IsZero reports whether d is the zero value, which names nobody.
func (d DID) IsZero() bool { return d.s == "" }

// LastSegment returns what follows the last colon, "" for the zero value.
func (d DID) LastSegment() string { return d.s[strings.LastIndexByte(d.s, ':')+1:] }

func isMethodName(s string) bool {
	for i := range len(s) {
		if !isLower(s[i]) && !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

func isMethodSpecificID(s string) bool {
	if s == "" || s[len(s)-1] == ':' {
		return false
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ':' || isIDChar(c):
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			i += 2
		default:
			return false
		}
	}
	return true
}

func isIDChar(c byte) bool {
	return isLower(c) || 'A' <= c && c <= 'Z' || isDigit(c) || c == '.' || c == '-' || c == '_'
}

func isHex(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
