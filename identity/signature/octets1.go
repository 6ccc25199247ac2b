package signature

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/getbindu/bindu-go/identity/did"
)

// Octets1 covers a body of any kind by its SHA-256, and binds recipient, method,
// target, nonce and content type.
const Octets1 Scheme = "octets-1"

var octets1 = &scheme{name: Octets1, binds: true, contentType: true, payload: octetsPayload(Octets1), sign: tagged(Octets1)}

// maxContentType is the longest content type that is signed, in bytes.
const maxContentType = 256

// octetsPayload makes the byte 0xFF, the scheme's name and the RFC 8785 form of
//
//	{"aud", "contentType", "did", "method", "nonce", "sha256", "target", "timestamp"}
//
// where sha256 is that of the body in lower-case hexadecimal. No text in UTF-8
// begins with that byte.
func octetsPayload(s Scheme) func(buffer []byte, r Request) (payload, body []byte, err error) {
	return func(buffer []byte, r Request) (payload, body []byte, err error) {
		if !isFieldValue(r.ContentType) {
			return nil, nil, fmt.Errorf("%w: %s binds the content type, which must be at most %d bytes of visible ASCII and spaces", ErrRequest, s, maxContentType)
		}
		return appendOctets(room(buffer, len(r.Target)+len(r.ContentType)+boundBytes), s, r), r.Body, nil
	}
}

func appendOctets(dst []byte, s Scheme, r Request) []byte {
	sum := sha256.Sum256(r.Body)
	dst = append(did.AppendTag(dst, string(s)), '{')
	dst = appendMember(dst, "aud", r.Audience.String())
	dst = appendMember(dst, "contentType", r.ContentType)
	dst = appendMember(dst, "did", r.DID.String())
	dst = appendMember(dst, "method", r.Method)
	dst = appendMember(dst, "nonce", r.Nonce)
	dst = append(hex.AppendEncode(append(dst, `,"sha256":"`...), sum[:]), '"')
	dst = appendMember(dst, "target", r.Target)
	return appendTimestamp(dst, r.Timestamp)
}

// isFieldValue accepts what a header may hold without its being changed on the
// way: no space at either end, no tab, nothing outside ASCII.
func isFieldValue(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return len(s) <= maxContentType && (s == "" || s[0] != ' ' && s[len(s)-1] != ' ')
}
