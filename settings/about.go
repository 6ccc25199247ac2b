package settings

import "fmt"

// about returns the field at an address in the settings.
func (l *loader) about(address any) field {
	for _, f := range l.fields {
		if f.address() == address {
			return f
		}
	}
	panic(fmt.Sprintf("settings: %T is no field of these settings", address)) // of a copy, perhaps
}

// name returns the variable of the field at an address in the settings.
func (l *loader) name(address any) string { return l.about(address).name }

// note keeps what is wrong with the variable that sets f.
func (l *loader) note(f field, v variable, problem string) {
	if v.value == "" {
		v = variable{name: f.name, source: SourceDefault}
	}
	l.faulty[f.name] = true
	l.faults = append(l.faults, Fault{
		Variable: v.name, Value: f.show(v.value), Source: v.source,
		Problem: problem, Example: f.example(),
	})
}

// fault notes what is wrong with the field at an address in the light of
// others, unless that field is known to be faulty already.
func (l *loader) fault(address any, problem string) {
	f := l.about(address)
	if l.faulty[f.name] {
		return
	}
	v, ok := l.chosen[f.name]
	if source := l.sources[f.name]; !ok && source == SourceProgram {
		v = variable{name: f.name, value: f.text(), source: source}
	}
	l.note(f, v, problem)
}

// warn notes a choice the operator should know about.
func (l *loader) warn(format string, args ...any) {
	l.warnings = append(l.warnings, fmt.Sprintf(format, args...))
}
