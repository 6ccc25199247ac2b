package did

import (
	"fmt"
	"strconv"
)

// maxExactInteger is the largest integer that RFC 8785 keeps exact, 2^53-1.
const maxExactInteger = 1<<53 - 1

// maxMethod is the longest HTTP method signed; the longest registered one has 18.
const maxMethod = 32

// jcsPayload returns the RFC 8785 form of
//
//	{"aud", "body", "did", "method", "nonce", "target", "timestamp"}
//
// and the canonical body in it. The member names are sorted already and every
// string but the target holds only characters that need no escape, so only the
// body goes through the canonicaliser.
func jcsPayload(r Request) (payload, body []byte, err error) {
	if err := checkBound(r); err != nil {
		return nil, nil, err
	}
	c := canonicalisers.Get().(*canonicaliser)
	defer c.release()
	value := []byte("null")
	if len(r.Body) > 0 {
		if value, err = c.canonical(r.Body); err != nil {
			return nil, nil, err
		}
	}
	dst := make([]byte, 0, len(value)+len(r.Target)+1400)
	dst = append(append(dst, `{"aud":"`...), r.Audience.s...)
	dst = append(dst, `","body":`...)
	from := len(dst)
	dst = append(dst, value...)
	if to := len(dst); len(r.Body) > 0 {
		body = dst[from:to:to] // one copy: a body may be large
	}
	dst = append(append(dst, `,"did":"`...), r.DID.s...)
	dst = append(append(dst, `","method":"`...), r.Method...)
	dst = append(append(dst, `","nonce":"`...), r.Nonce...)
	dst = append(appendASCII(append(dst, `","target":"`...), []byte(r.Target)), `","timestamp":`...)
	dst = strconv.AppendInt(dst, r.Timestamp, 10)
	return append(dst, '}'), body, nil
}

// checkBound refuses a request in which a field that the scheme binds is
// absent or not as it appears on the wire.
func checkBound(r Request) error {
	switch {
	case r.Audience.IsZero():
		return fmt.Errorf("%w: %s binds the recipient, and no audience is given", ErrRequest, SchemeJCS)
	case !isMethod(r.Method):
		return fmt.Errorf("%w: %s binds the method, which must be upper-case letters", ErrRequest, SchemeJCS)
	case !isTarget(r.Target):
		return fmt.Errorf("%w: %s binds the target, which must be a path with its query as in the request line", ErrRequest, SchemeJCS)
	case r.Timestamp < 0 || r.Timestamp > maxExactInteger:
		return fmt.Errorf("%w: %s takes 0 to 2^53-1", ErrTimestamp, SchemeJCS)
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
