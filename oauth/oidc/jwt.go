package oidc

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/jsonnumber"
	"github.com/getbindu/bindu-go/oauth"
)

// Limits on what a token may be before it is looked at more closely.
const (
	// DefaultMaxTokenBytes is the longest accepted token.
	DefaultMaxTokenBytes = 8 << 10

	maxDepth      = 64
	maxKeyIDBytes = 256
)

// segments is a token cut into its decoded parts (RFC 7515 section 7.1).
type segments struct {
	signingInput    string // header and payload as they were signed
	header, payload []byte
	signature       []byte
}

// split cuts a token without interpreting it. An empty signature passes: what
// is wrong with such a token is its algorithm, or that it does not verify.
func split(token string, limit int) (segments, error) {
	if len(token) > limit {
		return segments{}, malformed("it has %d bytes, at most %d are allowed", len(token), limit)
	}
	if strings.Count(token, ".") != 2 {
		return segments{}, malformed("it has %d segments separated by dots, a signed JWT has 3; an opaque token cannot be verified here", strings.Count(token, ".")+1)
	}
	first, last := strings.IndexByte(token, '.'), strings.LastIndexByte(token, '.')
	s := segments{signingInput: token[:last]}
	var err error
	if s.header, err = decodeSegment(token[:first]); err != nil {
		return segments{}, malformed("its header is not base64url")
	}
	if s.payload, err = decodeSegment(token[first+1 : last]); err != nil {
		return segments{}, malformed("its payload is not base64url")
	}
	if s.signature, err = decodeSegment(token[last+1:]); err != nil {
		return segments{}, malformed("its signature is not base64url")
	}
	return s, nil
}

// decodeSegment is strict (no padding, no stray bits) and, unlike the decoder
// beneath it, does not skip line ends: one token has one spelling.
func decodeSegment(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, base64.CorruptInputError(0)
	}
	return base64.RawURLEncoding.Strict().DecodeString(s)
}

// header holds the JOSE header parameters that are looked at. jku, x5u, jwk and
// x5c are not among them.
type header struct {
	Algorithm string         `json:"alg"`
	Type      string         `json:"typ"`
	KeyID     *string        `json:"kid"`
	Critical  jsontext.Value `json:"crit"`
	Base64    jsontext.Value `json:"b64"`
}

func parseHeader(data []byte) (header, error) {
	var h header
	if err := unmarshalObject(data, &h); err != nil {
		return header{}, malformed("its header %v", err)
	}
	// No extension is understood here, so a critical one must fail the token
	// (RFC 7515 section 4.1.11); b64 is such an extension (RFC 7797).
	if h.Critical != nil || h.Base64 != nil {
		return header{}, malformed("its header has crit or b64, whose extensions are not supported")
	}
	if h.KeyID != nil && (len(*h.KeyID) == 0 || len(*h.KeyID) > maxKeyIDBytes) {
		return header{}, malformed("its key id has %d bytes, 1 to %d are allowed", len(*h.KeyID), maxKeyIDBytes)
	}
	return h, nil
}

func parseClaims(data []byte) (claimSet, error) {
	var c claimSet
	if err := unmarshalObject(data, &c); err != nil {
		return nil, malformed("its payload %v", err)
	}
	return c, nil
}

// unmarshalObject decodes one JSON object: exact case, no duplicate names, valid
// UTF-8, nothing after it, bounded depth. Its error does not quote the input.
func unmarshalObject(data []byte, v any) error {
	if jsontext.Value(data).Kind() != '{' {
		return errNotObject
	}
	if !depthWithin(data, maxDepth) {
		return errTooDeep
	}
	if err := json.Unmarshal(data, v, jsonnumber.Bounded); err != nil {
		return errBadJSON
	}
	return nil
}

// unmarshalStrict decodes a file that an operator wrote: as unmarshalObject, but
// unknown names are refused and the error says where the fault is.
func unmarshalStrict(data []byte, v any) error {
	if !depthWithin(data, maxDepth) {
		return errTooDeep
	}
	return json.Unmarshal(data, v, json.RejectUnknownMembers(true))
}

// depthWithin reports whether the nesting of objects and arrays in data stays
// within limit. It only counts brackets outside strings; the decoder that runs
// next finds what is not JSON.
func depthWithin(data []byte, limit int) bool {
	depth, inString := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			if depth++; depth > limit {
				return false
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return true
}

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{oauth.ErrMalformed}, args...)...)
}
