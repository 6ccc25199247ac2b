package skill

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// text reads a text that is not empty; the white space around it is not its.
func (r *reader) text(n *yaml.Node, name string, most int) string {
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
		r.fault(n, "%s is not a text; write it in quotes (aliases are not read)", name)
		return ""
	}
	text := strings.TrimSpace(n.Value)
	control := func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }
	switch {
	case text == "":
		r.fault(n, "%s is empty", name)
	case len(text) > most:
		r.fault(n, "%s has %d bytes, at most %d are read", name, len(text), most)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, control):
		r.fault(n, "%s holds control characters", name)
	default:
		return text
	}
	return ""
}

// texts reads a list of different texts.
func (r *reader) texts(n *yaml.Node, name string, most int) []string {
	if n.Kind != yaml.SequenceNode || len(n.Content) > maxListEntries {
		r.fault(n, "%s is not a list of at most %d texts", name, maxListEntries)
		return nil
	}
	var all []string
	for _, node := range n.Content {
		text := r.text(node, name, most)
		if slices.Contains(all, text) && text != "" {
			r.fault(node, "%s names %q twice", name, clip(text))
		}
		all = append(all, text)
	}
	return all
}

var mediaType = regexp.MustCompile(`^[a-z0-9][a-z0-9!#$&^_.+-]*/([a-z0-9][a-z0-9!#$&^_.+-]*|\*)$`)

func (r *reader) mediaTypes(n *yaml.Node, name string) []string {
	all := r.texts(n, name, maxWordBytes)
	for i, text := range all {
		all[i] = strings.ToLower(text)
		if text != "" && !mediaType.MatchString(all[i]) {
			r.fault(n.Content[i], "%s: %q is not a media type such as text/plain or image/*", name, clip(text))
		}
	}
	return all
}

// maxLatencyMS is the longest time that is read: a day.
const maxLatencyMS = 24 * 60 * 60 * 1000

const latencyName = "avgProcessingTimeMs"

func (r *reader) performance(n *yaml.Node) int64 {
	const name = latencyName
	members, ok := r.members(n, []string{name})
	if !ok || members[name] == nil {
		return 0
	}
	value, err := strconv.ParseInt(members[name].Value, 10, 64)
	if err != nil || members[name].Kind != yaml.ScalarNode || value < 1 || value > maxLatencyMS {
		r.fault(members[name], "%s is not a whole number of milliseconds from 1 to %d", name, maxLatencyMS)
		return 0
	}
	return value
}

// decimal is a number that two programs read alike.
var decimal = regexp.MustCompile(`^[0-9]{1,15}(\.[0-9]{1,15})?$`)

func (r *reader) cost(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode || !decimal.MatchString(n.Value) {
		r.fault(n, "cost is not a decimal number such as 0.001, without a sign or a unit")
		return ""
	}
	return n.Value
}
