package skill

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ErrSkills: skills that are given in Go break a rule. The message lists every fault.
var ErrSkills = errors.New("skills")

// New returns the skills of an agent that has no file of them. They keep the rules
// of one: ID, Name and Description have to be there, and no ID twice. Errors wrap
// [ErrSkills].
func New(skills ...Skill) (*Set, error) {
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for _, s := range skills {
		list.Content = append(list.Content, s.node())
	}
	r := &reader{}
	read := r.list(list)
	if len(r.faults) > 0 {
		return nil, fmt.Errorf("%w, %d faults:\n  %s", ErrSkills, len(r.faults), strings.Join(r.faults, "\n  "))
	}
	for i, s := range skills {
		read[i].documentation = s.documentation
	}
	return newSet(read, nil), nil
}

// node writes a skill as a file does, so that there is one reading of them.
func (s Skill) node() *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	member := func(name string, value *yaml.Node) { n.Content = append(n.Content, text(name), value) }
	for _, m := range []struct{ name, value string }{
		{"id", s.ID}, {"name", s.Name}, {"description", s.Description}, {"version", s.Version}, {"cost", s.Cost},
	} {
		if m.value != "" {
			member(m.name, text(m.value))
		}
	}
	for _, m := range []struct {
		name   string
		values []string
	}{
		{"tags", s.Tags}, {"examples", s.Examples}, {"inputModes", s.InputModes}, {"outputModes", s.OutputModes},
		{"capabilities", s.Capabilities}, {"allowedTools", s.Tools},
	} {
		list := &yaml.Node{Kind: yaml.SequenceNode}
		for _, value := range m.values {
			list.Content = append(list.Content, text(value))
		}
		if len(m.values) > 0 {
			member(m.name, list)
		}
	}
	if s.LatencyMS != 0 {
		time := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{text(latencyName), text(strconv.FormatInt(s.LatencyMS, 10))}}
		member("performance", time)
	}
	return n
}

func text(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
}
