package settings

import (
	"slices"
	"strings"
)

// variable is one NAME=VALUE and where it stood.
type variable struct {
	name   string
	value  string
	source Source
}

// variables is the merged environment: .env first, the process environment over it.
type variables map[string]variable

// merge lays the process environment over what .env says. A variable that is
// set to nothing in the process environment hides .env's.
func merge(dotEnv map[string]string, environ []string) variables {
	all := make(variables, len(dotEnv)+len(environ))
	for name, value := range dotEnv {
		all[name] = variable{name, strings.TrimSpace(value), SourceDotEnv}
	}
	for _, entry := range environ {
		name, value, ok := strings.Cut(entry, "=")
		if !ok || name == "" {
			continue // Windows keeps per-drive directories as "=C:=…"
		}
		all[name] = variable{name, strings.TrimSpace(value), SourceEnvironment}
	}
	return all
}

// find returns the variable that sets a field with these names, and those of
// equal rank that contradict it. The environment beats .env under whichever
// name, even when it sets nothing; within one source the first name counts.
func (vs variables) find(names []string) (found variable, contradicts []variable) {
	for _, source := range []Source{SourceEnvironment, SourceDotEnv} {
		for _, name := range names {
			v, ok := vs[name]
			switch {
			case !ok || v.source != source:
			case found.value == "":
				found = v
			case v.value != "" && v.value != found.value:
				contradicts = append(contradicts, v)
			}
		}
		if found.name != "" {
			return found, contradicts
		}
	}
	return found, nil
}

// sorted returns the names in order, so that faults come out the same each time.
func (vs variables) sorted() []string {
	names := make([]string, 0, len(vs))
	for name := range vs {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
