package signature

import (
	"bytes"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/go-json-experiment/json/jsontext"
)

// jcsStyle is how the canonicaliser of another language writes JSON. The zero
// value is that of RFC 8785, but for what it refuses.
type jcsStyle struct {
	spaced, ascii          bool
	order, numbers, escape int
}

// What a style may be, and how it is described.
var (
	jcsOrders  = []string{"", "members sorted by code points in place of UTF-16 code units", "members not sorted"}
	jcsNumbers = []string{"", "numbers as Python prints them (1.0 and 1e-07)", "numbers as they were sent", "numbers as Java prints them (1.0E20)"}
	jcsEscapes = []string{"", "HTML escaped (Go)", "slashes escaped (PHP)"}
)

// faults lists what is wrong with a style, nothing for that of the RFC.
func (s jcsStyle) faults() []string {
	all := []string{jcsOrders[s.order], jcsNumbers[s.numbers], jcsEscapes[s.escape]}
	if s.spaced {
		all = append(all, "spaces after ',' and ':' (json.dumps without separators)")
	}
	if s.ascii {
		all = append(all, "characters outside ASCII escaped (ensure_ascii)")
	}
	return slices.DeleteFunc(all, func(fault string) bool { return fault == "" })
}

// jcsStyles are all of them, those with the fewest faults first.
var jcsStyles = func() []jcsStyle {
	var all []jcsStyle
	for i := range 4 * len(jcsOrders) * len(jcsNumbers) * len(jcsEscapes) {
		s := jcsStyle{spaced: i&1 != 0, ascii: i&2 != 0}
		rest := i / 4
		s.order, rest = rest%len(jcsOrders), rest/len(jcsOrders)
		s.numbers, s.escape = rest%len(jcsNumbers), rest/len(jcsNumbers)
		all = append(all, s)
	}
	slices.SortStableFunc(all, func(a, b jcsStyle) int { return len(a.faults()) - len(b.faults()) })
	return all
}()

// jcsForms yields what is signed in place of the payload of jcs-1: the payload
// in other styles, and with a member missing or of another type.
func jcsForms(r Request) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		body, ok := readTree(r.Body)
		if !ok {
			return
		}
		for _, s := range jcsStyles {
			for _, e := range jcsEnvelopes(r, body) {
				faults := s.faults()
				if e.fault != "" {
					if len(faults) > 1 {
						continue // so that the time that all of it takes stays small
					}
					faults = append(faults, e.fault)
				}
				if !yield(strings.Join(append([]string{"the payload of " + string(JCS1)}, faults...), ", "), s.write(e.tree)) {
					return
				}
			}
		}
	}
}

// jcsEnvelope is the object that is signed, right or with a fault.
type jcsEnvelope struct {
	fault string
	tree  tree
}

func jcsEnvelopes(r Request, body tree) []jcsEnvelope {
	whole := []treeMember{
		{"aud", text(r.Audience.String())}, {"body", body}, {"did", text(r.DID.String())}, {"method", text(r.Method)},
		{"nonce", text(r.Nonce)}, {"target", text(r.Target)}, {"timestamp", tree{number: strconv.FormatInt(r.Timestamp, 10)}},
	}
	with := func(name string, value tree) tree {
		members := slices.Clone(whole)
		members[slices.IndexFunc(members, func(m treeMember) bool { return m.name == name })].value = value
		return tree{kind: jsontext.KindBeginObject, members: members}
	}
	all := []jcsEnvelope{
		{"", tree{kind: jsontext.KindBeginObject, members: whole}},
		{"the body as text in place of its value", with("body", text(string(r.Body)))},
		{"the timestamp as text", with("timestamp", text(strconv.FormatInt(r.Timestamp, 10)))},
		{"the method in lower case", with("method", text(strings.ToLower(r.Method)))},
	}
	for i, m := range whole {
		all = append(all, jcsEnvelope{`"` + m.name + `" missing`,
			tree{kind: jsontext.KindBeginObject, members: slices.Delete(slices.Clone(whole), i, i+1)}})
	}
	return all
}

// write returns a value in a style.
func (s jcsStyle) write(t tree) []byte {
	out := s.append(nil, t)
	switch s.escape {
	case 1:
		return htmlEscaped(out)
	case 2:
		return bytes.ReplaceAll(out, []byte("/"), []byte(`\/`))
	}
	return out
}

func (s jcsStyle) append(dst []byte, t tree) []byte {
	comma, colon := ",", ":"
	if s.spaced {
		comma, colon = ", ", ": "
	}
	switch t.kind {
	case jsontext.KindBeginObject:
		dst = append(dst, '{')
		for i, m := range s.sorted(t.members) {
			if i > 0 {
				dst = append(dst, comma...)
			}
			dst = s.append(append(s.appendText(dst, m.name), colon...), m.value)
		}
		return append(dst, '}')
	case jsontext.KindBeginArray:
		dst = append(dst, '[')
		for i, m := range t.members {
			if i > 0 {
				dst = append(dst, comma...)
			}
			dst = s.append(dst, m.value)
		}
		return append(dst, ']')
	case jsontext.KindString:
		return s.appendText(dst, t.text)
	}
	return append(dst, s.number(t.number)...)
}

func (s jcsStyle) sorted(members []treeMember) []treeMember {
	if s.order == 2 {
		return members
	}
	members = slices.Clone(members)
	slices.SortStableFunc(members, func(a, b treeMember) int {
		if s.order == 1 {
			return strings.Compare(a.name, b.name)
		}
		return slices.Compare(utf16.Encode([]rune(a.name)), utf16.Encode([]rune(b.name)))
	})
	return members
}

func (s jcsStyle) appendText(dst []byte, text string) []byte {
	dst = append(dst, '"')
	if s.ascii {
		dst = appendASCII(dst, []byte(text))
	} else {
		dst = appendRaw(dst, []byte(text))
	}
	return append(dst, '"')
}
