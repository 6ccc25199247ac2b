package signature

import (
	"fmt"
	"strconv"
)

// maxExactInteger is the largest integer that RFC 8785 keeps exact, 2^53-1.
const maxExactInteger = 1<<53 - 1

// maxMethod is the longest HTTP method signed; the longest registered one has 18.
const maxMethod = 32

// checkBound refuses a request in which a field that the scheme binds is
// absent or not as it appears on the wire.
func (s *scheme) checkBound(r Request) error {
	switch {
	case r.Audience.IsZero():
		return fmt.Errorf("%w: %s binds the recipient, and no audience is given", ErrRequest, s.name)
	case !isMethod(r.Method):
		return fmt.Errorf("%w: %s binds the method, which must be upper-case letters", ErrRequest, s.name)
	case !isTarget(r.Target):
		return fmt.Errorf("%w: %s binds the target, which must be a path with its query as in the request line", ErrRequest, s.name)
	case r.Timestamp < 0 || r.Timestamp > maxExactInteger:
		return fmt.Errorf("%w: %s takes 0 to 2^53-1", ErrTimestamp, s.name)
	}
	return ParseNonce(r.Nonce)
}

func isMethod(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && c != '-' {
			return false
		}
	}
	return s != "" && len(s) <= maxMethod
}

// isTarget accepts the origin form: a path, no fragment, visible ASCII only.
func isTarget(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || c == '#' {
			return false
		}
	}
	return s != "" && s[0] == '/'
}

// appendMember appends `,"name":"value"`, or without the comma after a brace.
// The value is ASCII without control characters, of which JSON escapes two.
func appendMember(dst []byte, name, value string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	dst = append(append(append(dst, '"'), name...), `":"`...)
	return append(appendASCII(dst, []byte(value)), '"')
}

// appendTimestamp appends the last member and ends the object.
func appendTimestamp(dst []byte, timestamp int64) []byte {
	return append(strconv.AppendInt(append(dst, `,"timestamp":`...), timestamp, 10), '}')
}
