package a2a

import (
	"bytes"
	"errors"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// shape says which members a value of the protocol has, by their names in
// camelCase. Each may be written in snake_case too, as parsers of ProtoJSON and
// the reference allow. A value without a shape is free-form: it is not looked at.
type shape struct {
	// members are the known ones; those without a name in two spellings need not
	// be listed, unless something inside them has or the shape is closed.
	members map[string]*shape
	// closed refuses members that are not known. It is for what narrows a
	// request: a restriction that is not understood is not "no restriction".
	closed bool
}

// member is a known name as it may be written.
type member struct {
	name  string // in camelCase
	shape *shape
}

// find returns the member that a name on the wire means.
func (s *shape) find(name string) (member, bool) {
	camel := camelCase(name)
	inner, known := s.members[camel]
	return member{camel, inner}, known
}

// camelCase returns a name in snake_case as ProtoJSON would write it. Any other
// name is returned as it is.
func camelCase(name string) string {
	if !strings.Contains(name, "_") {
		return name
	}
	camel := make([]byte, 0, len(name))
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c == '_' && i > 0 && i+1 < len(name) {
			i++
			c = name[i] - 'a' + 'A'
			if c < 'A' || c > 'Z' {
				return name
			}
		} else if c < 'a' || c > 'z' {
			return name
		}
		camel = append(camel, c)
	}
	return string(camel)
}

// oneSpelling returns params with the known members in camelCase. What is
// free-form stays byte for byte as it is. The cost is a pass over the params for
// each level of the shape, of which there are at most five.
func oneSpelling(params jsontext.Value, s *shape) (jsontext.Value, error) {
	if s == nil || params == nil || (!s.closed && bytes.IndexByte(params, '_') < 0 && bytes.IndexByte(params, '\\') < 0) {
		return params, nil
	}
	return s.spell(params)
}

func (s *shape) spell(v jsontext.Value) (jsontext.Value, error) {
	if s == nil {
		return v, nil
	}
	switch v.Kind() {
	case jsontext.KindBeginObject:
		return s.spellObject(v)
	case jsontext.KindBeginArray:
		return s.spellArray(v)
	}
	return v, nil // of the wrong type, which decoding tells
}

// reader returns a decoder behind the first token of v. Names that appear twice
// were refused before.
func reader(v jsontext.Value) *jsontext.Decoder {
	dec := jsontext.NewDecoder(bytes.NewReader(v), jsontext.AllowDuplicateNames(true))
	_, _ = dec.ReadToken() // v is valid, so it has one
	return dec
}

func (s *shape) spellArray(v jsontext.Value) (jsontext.Value, error) {
	dec := reader(v)
	out := append(make(jsontext.Value, 0, len(v)), '[')
	for dec.PeekKind() != jsontext.KindEndArray {
		element, err := dec.ReadValue()
		if err != nil {
			return nil, errSpelling
		}
		if element.Kind() == jsontext.KindBeginObject { // an array in an array has no meaning
			if element, err = s.spellObject(element.Clone()); err != nil {
				return nil, err
			}
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, element...)
	}
	return append(out, ']'), nil
}

func (s *shape) spellObject(v jsontext.Value) (jsontext.Value, error) {
	dec := reader(v)
	out := append(make(jsontext.Value, 0, len(v)), '{')
	seen := make(map[string]jsontext.Value, len(s.members))
	for dec.PeekKind() != jsontext.KindEndObject {
		m, quoted, value, err := s.next(dec)
		if err != nil {
			return nil, err
		}
		if m.name != "" {
			before, twice := seen[m.name]
			switch {
			case twice && !sameValue(before, value):
				return nil, invalidParams(m.name + " is given in two spellings, with different values")
			case twice:
				continue
			}
			seen[m.name] = value
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, quoted...), ':'), value...)
	}
	return append(out, '}'), nil
}

// next reads a member of an object: which one it is, if it is known, and the
// name and value to write.
func (s *shape) next(dec *jsontext.Decoder) (member, []byte, jsontext.Value, error) {
	raw, err := dec.ReadValue()
	if err != nil {
		return member{}, nil, nil, errSpelling
	}
	quoted := bytes.Clone(raw)
	name, err := jsontext.AppendUnquote(nil, quoted)
	if err != nil {
		return member{}, nil, nil, errSpelling
	}
	m, known := s.find(string(name))
	switch {
	case known:
		quoted = []byte(`"` + m.name + `"`)
	case s.closed:
		return member{}, nil, nil, invalidParams("params: this method has no member " + quote(string(name)))
	default:
		m = member{}
	}
	if raw, err = dec.ReadValue(); err != nil {
		return member{}, nil, nil, errSpelling
	}
	value, err := m.shape.spell(bytes.Clone(raw))
	return m, quoted, value, err
}

// errSpelling cannot come about: params are parsed before.
var errSpelling = errors.New("a2a: params are not valid JSON")

// sameValue compares what a member was given twice; numbers as they are written.
func sameValue(a, b jsontext.Value) bool {
	plain := func(v jsontext.Value) jsontext.Value {
		v = v.Clone()
		if v.Format(jsontext.PreserveRawStrings(false), jsontext.SpaceAfterColon(false), jsontext.SpaceAfterComma(false), jsontext.AllowDuplicateNames(true)) != nil {
			return nil
		}
		return v
	}
	x, y := plain(a), plain(b)
	return x != nil && bytes.Equal(x, y)
}
