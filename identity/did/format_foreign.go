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
	o := objectStart{state: (*objectStart).before}
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

// isPAE covers what PASETO signs (v2.public and v4.public): the number of its
// pieces in eight bytes, of which all but the first are zero, then the pieces.
// Characters of value 0 are UTF-8, so that a text could hold that.
func isPAE(payload []byte) bool {
	return len(payload) >= 8 && payload[0] != 0 && bytes.Equal(payload[1:8], make([]byte, 7))
}
