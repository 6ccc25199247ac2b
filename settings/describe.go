package settings

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Row is one setting as `agent config` and the documentation show it.
type Row struct {
	Section string   `json:"section"`
	Name    string   `json:"name"`
	Aliases []string `json:"aliases,omitempty"` // other names that are read
	File    string   `json:"file,omitempty"`    // variable that names a file with the value
	Value   string   `json:"value"`             // stars for a secret, "" if there is none
	Default string   `json:"default"`           // what it is when nobody sets it; may be a description
	Source  Source   `json:"source"`
	Choices []string `json:"choices,omitempty"`
	Min     string   `json:"min,omitempty"`
	Max     string   `json:"max,omitempty"`
	Kind    string   `json:"kind"` // boolean, number, size, time, list, pairs, command, secret, word, text
	Secret  bool     `json:"secret,omitempty"`
	Doc     string   `json:"doc"`
	Example string   `json:"example"`
}

// Describe lists every setting in the order of the documentation. No secret is
// in it, and giving the values of the other rows back to [Load] yields the same
// settings.
func (s Settings) Describe() []Row { return describe(&s) }

func describe(r root) []Row {
	all := fields(r)
	rows := make([]Row, 0, len(all))
	low, high := ranges(r)
	for _, f := range all {
		rows = append(rows, Row{
			Section: f.section, Name: f.name, Aliases: f.aliases, File: f.fileName(),
			Value: f.text(), Default: f.defaultText(r), Source: r.found().source(f.name),
			Choices: f.choices(), Min: low[f.address()], Max: high[f.address()],
			Kind: f.kind(), Secret: f.isSecret(),
			Doc: f.tag.Get("desc"), Example: f.tag.Get("example"),
		})
	}
	return rows
}

// example returns a line that sets the field.
func (f field) example() string { return f.name + "=" + f.tag.Get("example") }

// defaultText says what the field is when nobody sets it.
func (f field) defaultText(r root) string {
	switch {
	case f.tag.Get("derived") != "":
		return "from " + f.tag.Get("derived")
	case slices.Contains(r.required(), f.address()):
		return "required"
	}
	return f.tag.Get("default")
}

// ranges returns the bounds of the quantities by their addresses.
func ranges(r root) (low, high map[any]string) {
	low, high = map[any]string{}, map[any]string{}
	structs, _ := sections(r)
	for _, section := range structs {
		for _, b := range section.ranges() {
			low[b.field], high[b.field] = b.low, b.high
		}
	}
	return low, high
}

// text writes the field's value so that it can be read back.
func (f field) text() string {
	switch value := f.value.Interface().(type) {
	case fmt.Stringer: // secrets as stars
		return value.String()
	case Argv:
		return jsonText(value, len(value))
	case Permissions:
		return jsonText(value, len(value))
	}
	switch f.value.Kind() {
	case reflect.Slice:
		return listText(reflectList(f.value))
	case reflect.Map:
		return pairsText(reflectPairs(f.value))
	}
	return fmt.Sprint(f.value.Interface())
}

func reflectList(v reflect.Value) []string {
	return v.Convert(reflect.TypeFor[[]string]()).Interface().([]string)
}

func reflectPairs(v reflect.Value) map[string]string {
	return v.Convert(reflect.TypeFor[map[string]string]()).Interface().(map[string]string)
}

func listText(list []string) string {
	text := strings.Join(list, ",")
	if words, problem := parseList(text); problem != "" || !slices.Equal(words, list) {
		return jsonText(list, len(list))
	}
	return text
}

func pairsText(m map[string]string) string {
	pairs := make([]string, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		pair := name
		if m[name] != "" {
			pair += "=" + m[name]
		}
		pairs = append(pairs, pair)
	}
	text := strings.Join(pairs, ",")
	if again, problem := parseMap(text); problem != "" || !maps.Equal(again, m) {
		return jsonText(m, len(m))
	}
	return text
}

// jsonText writes what the short form cannot say, with its keys sorted.
func jsonText(value any, length int) string {
	if length == 0 {
		return ""
	}
	text, err := json.Marshal(value)
	if err != nil {
		return "" // strings, lists and maps of them always marshal
	}
	return string(text)
}

// kind says in a word how the value is written.
func (f field) kind() string {
	switch f.value.Interface().(type) {
	case Secret:
		return "secret"
	case Duration:
		return "time"
	case Bytes:
		return "size"
	case Argv:
		return "command"
	case choice:
		return "word"
	}
	return map[reflect.Kind]string{
		reflect.Bool: "boolean", reflect.Int: "number", reflect.Float64: "number", reflect.Slice: "list", reflect.Map: "pairs", reflect.String: "text",
	}[f.value.Kind()]
}
