package a2a

import (
	"encoding/json"
	"errors"
	"time"
	"unicode/utf8"
)

// encoder appends JSON, byte for byte as encoding/json writes it, but for times. That looks at a text
// again at each level at which one of the types of a2a-go around it has a MarshalJSON:
// eight times at the text of a task's artifact.
type encoder struct {
	out []byte
	err error // the first
}

// raw writes text that is JSON, or a piece of it.
func (e *encoder) raw(text string) { e.out = append(e.out, text...) }

// member writes a text, with the piece of JSON that belongs before it: its name and what
// parts it from what was written.
func (e *encoder) member(before, value string) {
	e.raw(before)
	e.text(value)
}

// optional writes a member unless its value is empty.
func (e *encoder) optional(before, value string) {
	if value != "" {
		e.member(before, value)
	}
}

// metadata writes a member unless it has nothing in it.
func (e *encoder) metadata(before string, value map[string]any) {
	if len(value) == 0 {
		return
	}
	e.raw(before)
	e.object(value)
}

// object writes a map. Most have one text, which is a signature.
func (e *encoder) object(value map[string]any) {
	if len(value) == 1 {
		for name, only := range value {
			if text, ok := only.(string); ok {
				e.member("{", name)
				e.member(":", text)
				e.raw("}")
				return
			}
		}
	}
	e.value(value)
}

// value writes what encoding/json makes of any value.
func (e *encoder) value(v any) {
	text, err := json.Marshal(v)
	e.marshalled(text, err)
}

// moment writes a time as [stamp] does. Of years that have not four digits there is none.
func (e *encoder) moment(t time.Time) {
	t = t.UTC()
	if year := t.Year(); (year < 0 || year > 9999) && e.err == nil {
		e.err = errYear
	}
	e.out = append(t.AppendFormat(append(e.out, '"'), stampLayout), '"')
}

// stampLayout is the form of a time in A2A 1.0 (section 5.6.1), which 0.3 leaves open:
// in UTC, with milliseconds, also where they are none.
const stampLayout = "2006-01-02T15:04:05.000Z"

func stamp(t time.Time) string { return t.UTC().Format(stampLayout) }

var errYear = errors.New("a2a: a time whose year has not four digits")

func (e *encoder) marshalled(text []byte, err error) {
	if err != nil && e.err == nil {
		e.err = err
	}
	e.out = append(e.out, text...)
}

// texts writes a member whose value is an array of texts, unless that is empty.
func texts[T ~string](e *encoder, before string, values []T) {
	if len(values) == 0 {
		return
	}
	e.raw(before)
	each(e, values, func(_ *encoder, text T) { e.text(string(text)) })
}

// each writes an array.
func each[T any](e *encoder, values []T, one func(*encoder, T)) {
	e.raw("[")
	for i, v := range values {
		if i > 0 {
			e.raw(",")
		}
		one(e, v)
	}
	e.raw("]")
}

// text writes a string. What a browser could take for HTML, or an old one for the end of
// a line, is escaped; what is not UTF-8 is replaced.
func (e *encoder) text(s string) {
	const hex = "0123456789abcdef"
	out := append(e.out, '"')
	start := 0 // of what is copied as it is
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if i++; !special[c] {
				continue
			}
			out = append(out, s[start:i-1]...)
			if short := shortEscape(c); short != 0 {
				out = append(out, '\\', short)
			} else {
				out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			}
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			out = append(append(out, s[start:i]...), `\ufffd`...)
			start = i + size
		case r == '\u2028' || r == '\u2029':
			out = append(append(out, s[start:i]...), '\\', 'u', '2', '0', '2', hex[r&15])
			start = i + size
		}
		i += size
	}
	e.out = append(append(out, s[start:]...), '"')
}

// special are the ASCII characters that are escaped.
var special = func() (set [utf8.RuneSelf]bool) {
	for c := range byte(' ') {
		set[c] = true
	}
	for _, c := range []byte(`"\<>&`) {
		set[c] = true
	}
	return set
}()

// shortEscape returns the letter that escapes a character, 0 if none does.
func shortEscape(c byte) byte {
	switch c {
	case '"', '\\':
		return c
	case '\b':
		return 'b'
	case '\f':
		return 'f'
	case '\n':
		return 'n'
	case '\r':
		return 'r'
	case '\t':
		return 't'
	}
	return 0
}
