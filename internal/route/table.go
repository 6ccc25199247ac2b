package route

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Table is what answers at each path. It is not changed once it is made.
type Table[T any] struct {
	exact    map[string]T
	patterns []entry[T]
}

type entry[T any] struct {
	pattern pattern
	value   T
}

// Variable is what a part of a path says for which the pattern has a name.
type Variable struct{ Name, Value string }

// New returns a table of paths and patterns. In a pattern a segment may be {name}, or
// {name}:verb with a fixed verb. A variable stands for one or more of the characters
// that RFC 3986 section 2.3 calls unreserved, and not for dots alone. It fails where
// one path could be found in two places.
func New[T any](routes map[string]T) (*Table[T], error) {
	t := &Table[T]{exact: make(map[string]T)}
	for _, path := range slices.Sorted(maps.Keys(routes)) {
		p, err := parse(path)
		if err != nil {
			return nil, err
		}
		if p == nil {
			t.exact[path] = routes[path]
			continue
		}
		for _, other := range t.patterns {
			if p.overlaps(other.pattern) {
				return nil, fmt.Errorf("two patterns fit one path: %s", path)
			}
		}
		t.patterns = append(t.patterns, entry[T]{p, routes[path]})
	}
	for path := range t.exact {
		if t.Matches(path) {
			return nil, fmt.Errorf("a pattern fits the path %s, which is listed, too", path)
		}
	}
	return t, nil
}

// Find returns what answers at an escaped path, and what the path says.
func (t *Table[T]) Find(path string) (value T, says []Variable, ok bool) {
	if value, ok = t.exact[path]; ok {
		return value, nil, true
	}
	for _, e := range t.patterns {
		if says, ok = e.pattern.match(path); ok {
			return e.value, says, true
		}
	}
	return value, nil, false
}

// FindBehind returns what [Table.Find] does of what stands behind the first segment of a
// path, and that segment under a name. It has to be a value as variables have it.
func (t *Table[T]) FindBehind(name, path string) (value T, says []Variable, ok bool) {
	rest, rooted := strings.CutPrefix(path, "/")
	first, rest, more := strings.Cut(rest, "/")
	if !rooted || !more || !isName(first) {
		return value, nil, false
	}
	if value, says, ok = t.Find("/" + rest); !ok {
		return value, nil, false
	}
	return value, append(says, Variable{name, first}), true
}

// Matches reports whether one of the patterns fits a path.
func (t *Table[T]) Matches(path string) bool {
	return slices.ContainsFunc(t.patterns, func(e entry[T]) bool {
		_, ok := e.pattern.match(path)
		return ok
	})
}
