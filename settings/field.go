package settings

import (
	"log/slog"
	"reflect"
	"strings"
	"time"
)

// field is one leaf of Settings and what its tags say about it.
type field struct {
	section string
	name    string   // the environment variable
	aliases []string // other names for it, the reference's among them
	value   reflect.Value
	tag     reflect.StructTag
}

// fields walks the sections of s in order. The values are addressable, so that
// setting one sets s.
func fields(s *Settings) []field {
	var all []field
	root := reflect.ValueOf(s).Elem()
	for i := range root.NumField() {
		section := root.Type().Field(i)
		if !section.IsExported() {
			continue
		}
		for j := range section.Type.NumField() {
			leaf := section.Type.Field(j)
			f := field{section: section.Name, name: leaf.Tag.Get("env"), value: root.Field(i).Field(j), tag: leaf.Tag}
			if alias := leaf.Tag.Get("alias"); alias != "" {
				f.aliases = strings.Split(alias, ",")
			}
			all = append(all, f)
		}
	}
	return all
}

// names returns every variable that can set the field directly.
func (f field) names() []string { return append([]string{f.name}, f.aliases...) }

// fileName returns the variable that names a file holding the value, or "".
// Every secret has one, so that it can stay out of the environment.
func (f field) fileName() string {
	if f.isSecret() || f.tag.Get("file") == "true" {
		return f.name + "_FILE"
	}
	return ""
}

func (f field) isSecret() bool { return f.value.Type() == secretType }

// isList reports whether the field holds words, rather than one argument vector.
func (f field) isList() bool {
	return f.value.Kind() == reflect.Slice && f.tag.Get("form") != "argv"
}

// choices returns the words an enumeration allows, or nil.
func (f field) choices() []string {
	if words := f.tag.Get("oneof"); words != "" {
		return strings.Split(words, "|")
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

// The types that are decoded by more than their kind.
var (
	durationType = reflect.TypeFor[time.Duration]()
	secretType   = reflect.TypeFor[Secret]()
	levelType    = reflect.TypeFor[slog.Level]()
)
