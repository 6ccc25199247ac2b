package skill

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// reader turns nodes into skills and collects what is wrong with them.
type reader struct {
	root   *os.Root
	faults []string
	skill  string // how the faults name the current skill
	read   int64  // bytes of documentation so far
}

func (r *reader) fault(n *yaml.Node, format string, args ...any) {
	where := ""
	if n.Line > 0 { // none in what was not read from a file
		where = fmt.Sprintf("line %d: ", n.Line)
	}
	if r.skill != "" {
		where += r.skill + ": "
	}
	r.faults = append(r.faults, where+fmt.Sprintf(format, args...))
}

func (r *reader) list(n *yaml.Node) []Skill {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 || len(n.Content) > maxSkills {
		r.fault(n, "write a list of 1 to %d skills, each with id, name and description", maxSkills)
		return nil
	}
	var skills []Skill
	first := map[string]int{}
	for i, node := range n.Content {
		r.skill = fmt.Sprintf("skill %d", i+1)
		skill := r.one(node)
		switch line, taken := first[skill.ID]; {
		case taken && skill.ID != "" && line > 0:
			r.fault(node, "the id is that of the skill on line %d", line)
		case taken && skill.ID != "":
			r.fault(node, "the id is that of a skill before it")
		}
		first[skill.ID] = node.Line
		skills = append(skills, skill)
	}
	return skills
}

// one reads a skill. Every member has its own name once, in either spelling.
func (r *reader) one(n *yaml.Node) Skill {
	var s Skill
	members, ok := r.members(n, memberNames)
	if !ok {
		return s
	}
	if id := members["id"]; id != nil {
		s.ID = r.text(id, "id", maxWordBytes)
		if s.ID != "" {
			r.skill = fmt.Sprintf("skill %q", s.ID)
		}
		if s.ID != "" && !validID.MatchString(s.ID) {
			r.fault(id, "an id is 1 to 64 letters, digits, dots, hyphens and underscores, and begins with a letter or digit")
		}
	}
	for _, name := range []string{"id", "name", "description"} {
		if members[name] == nil {
			r.fault(n, "%s is missing", name)
		}
	}
	for _, name := range memberNames {
		if node := members[name]; node != nil && name != "id" {
			r.member(&s, name, node)
		}
	}
	return s
}

// memberNames are the members of a skill; those of two words may be written
// with an underscore, as the reference does.
var memberNames = []string{
	"id", "name", "description", "version", "tags", "examples", "inputModes", "outputModes",
	"capabilities", "allowedTools", "performance", "cost", "documentationPath",
}

func (r *reader) member(s *Skill, name string, n *yaml.Node) {
	switch name {
	case "name":
		s.Name = r.text(n, name, maxNameBytes)
	case "description":
		s.Description = r.text(n, name, maxDescriptionBytes)
	case "version":
		s.Version = r.text(n, name, maxWordBytes)
	case "tags":
		s.Tags = r.texts(n, name, maxWordBytes)
	case "examples":
		s.Examples = r.texts(n, name, maxExampleBytes)
	case "inputModes":
		s.InputModes = r.mediaTypes(n, name)
	case "outputModes":
		s.OutputModes = r.mediaTypes(n, name)
	case "capabilities":
		s.Capabilities = r.texts(n, name, maxWordBytes)
	case "allowedTools":
		s.Tools = r.texts(n, name, maxWordBytes)
	case "performance":
		s.LatencyMS = r.performance(n)
	case "cost":
		s.Cost = r.cost(n)
	case "documentationPath":
		s.documentation = r.documentation(n)
	}
}

// members returns what a mapping holds under the names that are known.
func (r *reader) members(n *yaml.Node, known []string) (map[string]*yaml.Node, bool) {
	if n.Kind != yaml.MappingNode {
		r.fault(n, "write the members %s", strings.Join(known, ", "))
		return nil, false
	}
	found := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		name := camel(key.Value)
		switch {
		case key.Kind != yaml.ScalarNode || !slices.Contains(known, name):
			r.fault(key, "%q is not a member; there are %s", clip(key.Value), strings.Join(known, ", "))
		case found[name] != nil:
			r.fault(key, "%s is there twice", name)
		default:
			found[name] = value
		}
	}
	return found, true
}

// camel writes input_modes as inputModes.
func camel(name string) string {
	words := strings.Split(name, "_")
	for i, w := range words[1:] {
		if w == "" {
			return name
		}
		words[i+1] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, "")
}

// clip cuts what a fault repeats of a file.
func clip(text string) string {
	const most = 64
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
