package did

import "bytes"

// isSignatureBase covers the signature base of RFC 9421. Its last line begins
// with "@signature-params" in quotes and a colon, and no line before it may.
// The lines end with LF; CR and CRLF are what a careless verifier might write.
func isSignatureBase(payload []byte) bool {
	const name = `"@signature-params":`
	for rest := payload; ; {
		at := bytes.Index(rest, []byte(name))
		if at < 0 {
			return false
		}
		before := payload[:len(payload)-len(rest)+at]
		if len(before) == 0 || bytes.HasSuffix(before, []byte("\n")) || bytes.HasSuffix(before, []byte("\r")) {
			return true
		}
		rest = rest[at+len(name):]
	}
}

// isSignatureDraft covers the signing string of the drafts that came before RFC
// 9421 (Cavage), which some profiles still verify with the key of a DID document:
// a block of header fields in lower case with one of those that such signers
// sign, or one of the fields in parentheses that only they know.
func isSignatureDraft(payload []byte) bool {
	signed, block := false, true
	for line := range bytes.SplitSeq(payload, []byte("\n")) {
		name, _, colon := bytes.Cut(bytes.ToLower(line[:min(len(line), 64)]), []byte(":"))
		switch {
		case !colon:
			block = false
		case bytes.HasPrefix(name, []byte("(")) && bytes.HasSuffix(name, []byte(")")):
			return true
		case bytes.ContainsAny(name, " \t"):
			block = false
		default:
			signed = signed || isSignedField(string(name))
		}
	}
	return block && signed
}

func isSignedField(name string) bool {
	switch name {
	case "date", "x-date", "host", "digest", "content-digest":
		return true
	}
	return false
}

// isJWS covers the signing input of a JWS (RFC 7515 section 5.1), and so JWTs:
// the protected header in base64url, a dot, and a payload in base64url, or any
// payload (RFC 7797). The header is the JSON object that names the algorithm,
// or nothing where a JWS in JSON has it unprotected.
//
// Verifiers read base64 and JSON more generously than they write them, so it is
// enough that to one of them an object begins here. Some even skip a dot inside
// a header; none takes an input without one.
func isJWS(payload []byte) bool {
	header, _, dotted := bytes.Cut(payload, []byte("."))
	if !dotted {
		return false
	}
	return len(bytes.TrimSpace(header)) == 0 || opensObject(payload, false) || opensObject(payload, true)
}

// opensObject decodes base64 as the most lenient decoders do: either alphabet,
// padded or not, foreign characters skipped. What stops at a foreign character
// decodes a beginning of this, which is all that is judged. With restart,
// padding ends a group of two or three and another may follow.
func opensObject(text []byte, restart bool) bool {
	var bits uint32
	var have uint
	var o objectStart
	for _, c := range text {
		value, ok := sextet(c)
		if !ok {
			if restart && c == '=' && have < 6 {
				bits, have = 0, 0
			}
			continue
		}
		bits, have = bits<<6|value, have+6
		if have < 8 {
			continue
		}
		have -= 8
		if decided, is := o.next(byte(bits >> have)); decided {
			return is
		}
	}
	return false
}

// sextet is the value of a character of base64 or base64url.
func sextet(c byte) (uint32, bool) {
	switch {
	case 'A' <= c && c <= 'Z':
		return uint32(c - 'A'), true
	case 'a' <= c && c <= 'z':
		return uint32(c-'a') + 26, true
	case '0' <= c && c <= '9':
		return uint32(c-'0') + 52, true
	case c == '+' || c == '-':
		return 62, true
	case c == '/' || c == '_':
		return 63, true
	}
	return 0, false
}

// objectStart waits for the beginning of a JSON object: a brace, then a name, the
// other brace or a comment. Lenient readers take names without quotes or in
// single ones; of the latter the first letter is waited for, because "eyes" in
// base64 is a brace and a quote too.
type objectStart struct{ brace, quote bool }

func (o *objectStart) next(b byte) (decided, is bool) {
	letter := 'a' <= b|0x20 && b|0x20 <= 'z'
	if o.quote {
		return true, letter
	}
	switch b {
	case ' ', '\t', '\r', '\n', '\f', '\v':
		return false, false
	case 0, 0xef, 0xbb, 0xbf, 0xfe, 0xff: // UTF-16 and UTF-32, byte order marks
		return false, false
	case '{':
		decided, o.brace = o.brace, true
		return decided, false
	case '\'':
		o.quote = o.brace
		return !o.brace, false
	}
	return true, o.brace && (b == '"' || b == '}' || b == '/' || b == '#' || b == '_' || letter)
}
