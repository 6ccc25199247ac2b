package skill

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// ErrFile: the file of skills cannot be used. The message lists every fault.
var ErrFile = errors.New("skills file")

// Limits of a file of skills: the cards that carry it have to stay small, and
// what a stranger asks is compared with all of it.
const (
	maxFileBytes          = 64 << 10
	maxSkills             = 64
	maxNameBytes          = 128
	maxDescriptionBytes   = 1 << 10
	maxListEntries        = 32
	maxWordBytes          = 64  // of a tag, a capability, a tool, a media type
	maxExampleBytes       = 256 // of one example
	maxDocumentationBytes = 64 << 10
	maxAllDocumentation   = 1 << 20
)

// Skill is one thing that an agent can do.
type Skill struct {
	// ID is 1 to 64 letters, digits, dots, hyphens and underscores, first a
	// letter or digit: it stands in paths as it is.
	ID                string
	Name, Description string
	// Version is the skill's own; empty if the operator gave none.
	Version string
	// Tags are never empty: a skill without any has its ID as its tag.
	Tags, Examples []string
	// InputModes and OutputModes are media types in lower case, never empty.
	InputModes, OutputModes []string
	// Capabilities and Tools are what a caller may ask for by name.
	Capabilities, Tools []string
	// LatencyMS is how long the skill takes on average, in milliseconds; 0 if
	// the operator does not say.
	LatencyMS int64
	// Cost is what one use costs, a decimal number in a unit that operators and
	// callers agree upon; empty if the operator does not say.
	Cost string

	documentation document
}

// HasDocumentation reports whether the skill has a page of documentation.
func (s Skill) HasDocumentation() bool { return s.documentation.body != nil }

// Set is all skills of an agent, in the order of the file. It does not change.
type Set struct {
	skills []Skill
	index  index
}

// Skills returns a copy of the list.
func (s *Set) Skills() []Skill { return slices.Clone(s.skills) }

// newSet is a set of skills; those without media types have modes.
func newSet(skills []Skill, modes []string) *Set {
	if len(modes) == 0 {
		modes = []string{"text/plain", "application/json"}
	}
	for i := range skills {
		skills[i].setDefaults(modes)
	}
	return &Set{skills, newIndex(skills)}
}

func (s *Skill) setDefaults(modes []string) {
	if len(s.Tags) == 0 {
		s.Tags = []string{s.ID}
	}
	if len(s.InputModes) == 0 {
		s.InputModes = slices.Clone(modes)
	}
	if len(s.OutputModes) == 0 {
		s.OutputModes = slices.Clone(s.InputModes)
	}
}

// Default is the one skill of an agent without a file of skills: what it is
// called and described as, with modes as in [Load]. Clients of A2A 1.0 refuse a card
// without a skill.
func Default(name, description string, modes ...string) *Set {
	return newSet([]Skill{{ID: defaultID(name), Name: name, Description: description}}, modes)
}

var validID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// defaultID is the name in lower case with hyphens for what an ID may not hold.
func defaultID(name string) string {
	id := strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' || r == '_') {
			return unicode.ToLower(r)
		}
		return '-'
	}, name)
	id = strings.Trim(id, "-._")
	if id = id[:min(len(id), 64)]; !validID.MatchString(id) {
		return "default"
	}
	return id
}
