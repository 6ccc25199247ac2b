package signature

import (
	"bytes"
	"encoding/json"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/gowebpki/jcs"
)

// formsOf are what signers are known to make of a scheme by mistake. They also
// yield the right payloads. A scheme may stand here or not.
var formsOf = map[Scheme]func(Request) iter.Seq2[string, []byte]{Reference: referenceForms, JCS1: jcsForms, Octets1: octetsForms}

// formsFor returns the forms of a scheme; of one that nobody is known to get
// wrong, its payload, which a request in another scheme may carry.
func formsFor(s Scheme) func(Request) iter.Seq2[string, []byte] {
	if forms := formsOf[s]; forms != nil {
		return forms
	}
	return func(r Request) iter.Seq2[string, []byte] {
		return func(yield func(string, []byte) bool) {
			if payload, err := s.Payload(r); err == nil {
				yield("the payload of "+string(s), payload)
			}
		}
	}
}

// otherForms yields what signers are known to sign in place of a payload, with
// a description: those of the scheme first.
func otherForms(s Scheme, r Request) iter.Seq2[string, []byte] {
	order := slices.Insert(slices.DeleteFunc(Schemes(), func(other Scheme) bool { return other == s }), 0, s)
	return func(yield func(string, []byte) bool) {
		for _, scheme := range order {
			for form, payload := range formsFor(scheme)(r) {
				if !yield(form, payload) {
					return
				}
			}
		}
	}
}

// referenceForms yields the payload of the reference scheme in other spellings,
// and around other forms of the body.
func referenceForms(r Request) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for of, body := range bodyForms(r.Body) {
			for form, payload := range envelopeForms(r, body) {
				if !yield(form+of, payload) {
					return
				}
			}
		}
	}
}

// bodyForms yields body as it is and as it might have been before something
// on the way changed it.
func bodyForms(body []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		trimmed := bytes.TrimRight(body, "\r\n")
		_ = yield("", body) &&
			yield(", without the trailing newline of the body", trimmed) &&
			yield(", with a trailing newline after the body", append(bytes.Clone(trimmed), '\n')) &&
			yieldJSON(body, yield)
	}
}

// yieldJSON yields re-serialisations of a JSON body by common encoders.
func yieldJSON(body []byte, yield func(string, []byte) bool) bool {
	compact, spaced := jsontext.Value(bytes.Clone(body)), jsontext.Value(bytes.Clone(body))
	if compact.Compact() != nil || spaced.Format(jsontext.SpaceAfterColon(true), jsontext.SpaceAfterComma(true)) != nil {
		return true // not JSON: nothing re-serialises it
	}
	ok := yield(", with the body compacted (JSON.stringify)", compact) &&
		yield(", with the body compacted and HTML escaped (Go)", htmlEscaped(compact)) &&
		yield(", with the body spaced (Python, ensure_ascii off)", spaced) &&
		yield(", with the body spaced and in ASCII (Python)", asciiOnly(spaced))
	// By another implementation than ours, as signers have: it also takes numbers
	// that we refuse, and rounds them.
	canonical, err := jcs.Transform(body)
	if err != nil {
		return ok
	}
	return ok && yield(", with the body canonical (RFC 8785)", canonical) &&
		yield(", with the body sorted and HTML escaped (Go, from a map)", htmlEscaped(canonical))
}

func htmlEscaped(value []byte) []byte {
	var buf bytes.Buffer
	json.HTMLEscape(&buf, value)
	return buf.Bytes()
}

// asciiOnly escapes what is not ASCII in JSON text, where it can only be
// inside strings.
func asciiOnly(value []byte) []byte {
	var dst []byte
	for _, c := range string(value) {
		if c < utf8.RuneSelf {
			dst = append(dst, byte(c))
			continue
		}
		dst = appendRune(dst, c)
	}
	return dst
}

// envelopeForms yields the payloads around body: both schemes' own, and the
// reference's with other separators, escapes or member order.
func envelopeForms(r Request, body []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		if !yieldJCS(r, body, yield) || !yield("the body alone", body) {
			return
		}
		for _, order := range [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
			for _, compact := range []bool{false, true} {
				for _, raw := range []bool{false, true} {
					if !yield(envelopeName(order, compact, raw), envelope(r, body, order, compact, raw)) {
						return
					}
				}
			}
		}
	}
}

func yieldJCS(r Request, body []byte, yield func(string, []byte) bool) bool {
	r.Body = body
	if payload, err := JCS1.Payload(r); err == nil && !yield("the payload of "+string(JCS1), payload) {
		return false
	}
	path, _, _ := strings.Cut(r.Target, "?")
	r.Target = path
	payload, err := JCS1.Payload(r)
	return err != nil || yield("the payload of "+string(JCS1)+" without the query", payload)
}

func envelopeName(order [3]int, compact, raw bool) string {
	name := "the payload of the reference scheme"
	if order != [3]int{0, 1, 2} {
		name += ", members not sorted"
	}
	if compact {
		name += ", without spaces after ',' and ':'"
	}
	if raw {
		name += ", characters outside ASCII not escaped (JSON.stringify, ensure_ascii off)"
	}
	return name
}

func envelope(r Request, body []byte, order [3]int, compact, raw bool) []byte {
	text := appendASCII(nil, bytes.ToValidUTF8(body, []byte("\ufffd")))
	if raw {
		text = appendRaw(nil, body)
	}
	colon, comma := ": ", ", "
	if compact {
		colon, comma = ":", ","
	}
	members := [3]string{
		`"body"` + colon + `"` + string(text) + `"`,
		`"did"` + colon + `"` + r.DID.String() + `"`,
		`"timestamp"` + colon + strconv.FormatInt(r.Timestamp, 10),
	}
	return []byte("{" + members[order[0]] + comma + members[order[1]] + comma + members[order[2]] + "}")
}

// appendRaw escapes what JSON demands and nothing else.
func appendRaw(dst, body []byte) []byte {
	for _, c := range body {
		if c >= ' ' && c != '"' && c != '\\' {
			dst = append(dst, c)
			continue
		}
		dst = appendEscaped(dst, c)
	}
	return dst
}
