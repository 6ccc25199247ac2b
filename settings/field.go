package settings

import (
	"reflect"
	"strings"
)

// field is one leaf of the settings and what is said about it.
type field struct {
	section string
	name    string   // the environment variable
	aliases []string // other names for it, the reference's among them
	value   reflect.Value
	tag     reflect.StructTag
}

// fields walks the sections of r in order. The values are addressable, so that
// setting one sets r.
func fields(r root) []field {
	var all []field
	structs, names := sections(r)
	for i, s := range structs {
		for _, f := range fieldsOf(s) {
			f.section = names[i]
			all = append(all, f)
		}
	}
	return all
}

func fieldsOf(s section) []field { return membersOf(reflect.ValueOf(s).Elem()) }

// membersOf also has the members of structs that sections of several programs
// have in common.
func membersOf(value reflect.Value) (all []field) {
	for i := range value.NumField() {
		leaf := value.Type().Field(i)
		if leaf.Anonymous {
			all = append(all, membersOf(value.Field(i))...)
			continue
		}
		f := field{name: leaf.Tag.Get("envconfig"), value: value.Field(i), tag: leaf.Tag}
		if alias := leaf.Tag.Get("alias"); alias != "" {
			f.aliases = strings.Split(alias, ",")
		}
		all = append(all, f)
	}
	return all
}

// address returns the pointer to the field, by which the rest of the package
// speaks of it: no name of a field that is not there can be written.
func (f field) address() any { return f.value.Addr().Interface() }

// decode sets the field from text. The error is an [invalid].
func (f field) decode(text string) error {
	leaf, ok := f.address().(leaf)
	if !ok {
		return invalid("cannot be decoded") // no setting is like that: a test looks
	}
	return leaf.Decode(text)
}

// names returns every variable that can set the field directly.
func (f field) names() []string { return append([]string{f.name}, f.aliases...) }

// fileName returns the variable that names a file holding the value, or "".
// Every secret has one, so that it can stay out of the environment.
func (f field) fileName() string {
	if _, ok := f.value.Interface().(fileLeaf); ok {
		return f.name + "_FILE"
	}
	return ""
}

// passes reports whether the value is used once, so that its file may be gone.
func (f field) passes() bool { return f.tag.Get("used") == "once" }

func (f field) isSecret() bool {
	_, ok := f.value.Interface().(Secret)
	return ok
}

// choices returns the words an enumeration allows, or nil.
func (f field) choices() []string {
	if c, ok := f.value.Interface().(choice); ok {
		return c.words()
	}
	return nil
}

// show masks value if the field is a secret and makes it fit to be printed.
func (f field) show(value string) string {
	if f.isSecret() {
		return Secret{value}.String()
	}
	return printable(value)
}
