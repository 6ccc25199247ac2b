package settings

import (
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
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
func (s Settings) Describe() []Row {
	all := fields(&s)
	rows := make([]Row, 0, len(all))
	for _, f := range all {
		rows = append(rows, Row{
			Section: f.section, Name: f.name, Aliases: f.aliases, File: f.fileName(),
			Value: f.text(), Default: f.defaultText(), Source: s.source(f.name),
			Choices: f.choices(), Min: f.tag.Get("min"), Max: f.tag.Get("max"),
			Kind: f.kind(), Secret: f.isSecret(),
			Doc: f.tag.Get("doc"), Example: f.tag.Get("example"),
		})
	}
	return rows
}

// example returns a line that sets the field.
func (f field) example() string { return f.name + "=" + f.tag.Get("example") }

// defaultText says what the field is when nobody sets it.
func (f field) defaultText() string {
	switch {
	case f.tag.Get("derived") != "":
		return "from " + f.tag.Get("derived")
	case f.tag.Get("required") == "true":
		return "required"
	}
	return f.tag.Get("default")
}

// text writes the field's value so that it can be read back.
func (f field) text() string {
	switch value := f.value.Interface().(type) {
	case Secret:
		return value.String()
	case time.Duration:
		return showDuration(value)
	case slog.Level:
		return strings.ToLower(value.String())
	case bool:
		return strconv.FormatBool(value)
	case float64:
		return strconv.FormatFloat(value, 'g', -1, 64)
	case int:
		return strconv.Itoa(value)
	case int64:
		return showBytes(value)
	case []string:
		return f.listText(value)
	case map[string]string:
		return pairsText(value)
	case map[string][]string:
		return jsonText(value, len(value))
	default:
		return f.value.String()
	}
}

func (f field) listText(list []string) string {
	text := strings.Join(list, ",")
	if words, problem := parseList(text); !f.isList() || problem != "" || !slices.Equal(words, list) {
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
	case time.Duration:
		return "time"
	case bool:
		return "boolean"
	case int, float64:
		return "number"
	case int64:
		return "size"
	case map[string]string, map[string][]string:
		return "pairs"
	case []string:
		if f.isList() {
			return "list"
		}
		return "command"
	}
	if f.choices() != nil {
		return "word"
	}
	return "text"
}
