package route

import (
	"fmt"
	"strings"
)

// pattern is a path in segments, of which at least one is a variable.
type pattern []segment

// segment is a text, or a variable with what stands behind it.
type segment struct{ text, variable, verb string }

// parse returns nil for a path without variables.
func parse(path string) (pattern, error) {
	rest, rooted := strings.CutPrefix(path, "/")
	if !rooted {
		return nil, fmt.Errorf("a path begins with a slash: %q", path)
	}
	if !strings.ContainsAny(path, "{}") {
		return nil, nil
	}
	var p pattern
	for part := range strings.SplitSeq(rest, "/") {
		s, ok := parseSegment(part)
		if !ok {
			return nil, fmt.Errorf("a segment is a text, {name} or {name}:verb: %q", path)
		}
		p = append(p, s)
	}
	return p, nil
}

func parseSegment(part string) (segment, bool) {
	name, variable := strings.CutPrefix(part, "{")
	if !variable {
		return segment{text: part}, part != "" && !strings.ContainsAny(part, "{}")
	}
	name, verb, closed := strings.Cut(name, "}")
	ok := closed && isName(name) && (verb == "" || verb[0] == ':' && isName(verb[1:]))
	return segment{variable: name, verb: verb}, ok
}

// isName accepts what a value may be, too: a verb's colon is none of it, so that it
// is clear where a value ends.
func isName(s string) bool {
	dots := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '.':
			dots++
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '~':
		default:
			return false
		}
	}
	return dots < len(s)
}

// match returns what a path says, if the pattern fits it.
func (p pattern) match(path string) (says []Variable, ok bool) {
	rest, more := strings.CutPrefix(path, "/")
	for _, s := range p {
		if !more {
			return nil, false
		}
		var part string
		part, rest, more = strings.Cut(rest, "/")
		value, ok := s.match(part)
		if !ok {
			return nil, false
		}
		if s.variable != "" {
			says = append(says, Variable{s.variable, value})
		}
	}
	return says, !more
}

func (s segment) match(part string) (value string, ok bool) {
	if s.variable == "" {
		return "", part == s.text
	}
	value, ok = strings.CutSuffix(part, s.verb)
	return value, ok && isName(value)
}

// overlaps reports whether both patterns fit some path.
func (p pattern) overlaps(other pattern) bool {
	if len(p) != len(other) {
		return false
	}
	for i := range p {
		if !p[i].overlaps(other[i]) {
			return false
		}
	}
	return true
}

func (s segment) overlaps(other segment) bool {
	switch {
	case s.variable != "" && other.variable != "":
		return s.verb == other.verb
	case s.variable != "":
		_, ok := s.match(other.text)
		return ok
	}
	_, ok := other.match(s.text)
	return ok
}
