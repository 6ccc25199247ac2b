package settings

import (
	"slices"
	"strings"
)

// prefixes are those that are ours: a name under one of them that we do
// not know is a mistake, while a name under any other is none of our business.
func prefixes(all []field) []string {
	var ours []string
	for _, f := range all {
		prefix, _, _ := strings.Cut(f.name, "__")
		if !slices.Contains(ours, prefix+"__") {
			ours = append(ours, prefix+"__")
		}
	}
	return ours
}

// knownNames returns every name Load reads, the reference's included.
func (l *loader) knownNames() []string { return knownNames(l.fields, l.root.understood()) }

func knownNames(all []field, understood []string) []string {
	var names []string
	for _, f := range all {
		names = append(names, f.names()...)
		if f.fileName() != "" {
			names = append(names, f.fileName())
		}
	}
	return append(names, understood...)
}

// checkNames finds names that look like settings and are none. Their values are
// never shown: a misspelt secret is still a secret.
func (l *loader) checkNames() {
	known := l.knownNames()
	sections := prefixes(l.fields)
	byLooks := make(map[string]string, len(known))
	for _, name := range known {
		byLooks[looks(name)] = name
	}
	for _, name := range l.vars.sorted() {
		if slices.Contains(known, name) {
			continue
		}
		ours := slices.ContainsFunc(sections, func(p string) bool { return strings.HasPrefix(strings.ToUpper(name), p) })
		meant, similar := byLooks[looks(name)]
		switch {
		case ours:
			l.unknownName(name, known)
		case similar && !strings.HasPrefix(strings.ToUpper(name), "LOG_"): // LOG_LEVEL is everybody's
			l.warn("%s is not read; did you mean %s?", printable(name), meant)
		}
	}
}

func (l *loader) unknownName(name string, known []string) {
	problem := "is not a setting"
	upper := strings.ToUpper(name)
	other := l.root.other()
	switch {
	case slices.Contains(known, upper):
		problem += ": names are in capitals, did you mean " + upper + "?"
	case slices.Contains(knownNames(fields(other), nil), name):
		problem = "is a setting of " + other.program() + ", and not of " + l.root.program()
	default:
		problem += didYouMean(upper, known)
	}
	value := ""
	if l.vars[name].value != "" {
		value = redacted
	}
	l.faults = append(l.faults, Fault{Variable: printable(name), Value: value, Source: l.vars[name].source, Problem: problem})
}

// looks reduces a name to what the eye takes in, so that MTLS_ENABLED and
// MTLS__ENABLED are one.
func looks(name string) string {
	return strings.ReplaceAll(strings.ToUpper(name), "_", "")
}
