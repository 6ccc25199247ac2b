package agent

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/skill"
)

// skills are those that were given, or those of the settings; extended are those of
// the extended card alone, nil if there are none. No skill is in both.
func (o Options) skills() (public, extended *skill.Set, err error) {
	if public, extended = o.Skills, o.ExtendedSkills; public == nil {
		if public, err = openSkills(o.Settings, o.modes()); err != nil {
			return nil, nil, err
		}
	}
	if file := o.Settings.Agent.ExtendedSkillsFile; extended == nil && file != "" {
		if extended, err = skill.Load(string(file), o.modes()...); err != nil {
			return nil, nil, fmt.Errorf("AGENT__EXTENDED_SKILLS_FILE: %w", err)
		}
	}
	if id := common(public, extended); id != "" {
		return nil, nil, fmt.Errorf("AGENT__EXTENDED_SKILLS_FILE: %w: %q is a public skill too; the extended card has those anyway", skill.ErrFile, id)
	}
	return public, extended, nil
}

// common returns the id of a skill that is in both sets, "" if none is.
func common(public, extended *skill.Set) string {
	if extended == nil {
		return ""
	}
	for _, k := range extended.Skills() {
		if slices.ContainsFunc(public.Skills(), func(p skill.Skill) bool { return p.ID == k.ID }) {
			return k.ID
		}
	}
	return ""
}

// modes are the media types that the agent reads, nil for any.
func (o Options) modes() []string {
	if o.Executor != nil {
		return nil
	}
	return configs.Modes(o.Settings)
}

// openSkills reads what the operator says that the agent can do.
// Errors: [skill.ErrFile].
func openSkills(set settings.Settings, modes []string) (*skill.Set, error) {
	if set.Agent.SkillsFile == "" {
		return skill.Default(string(set.Agent.Name), configs.Description(set), modes...), nil
	}
	skills, err := skill.Load(string(set.Agent.SkillsFile), modes...)
	if err != nil {
		return nil, fmt.Errorf("AGENT__SKILLS_FILE: %w", err)
	}
	return skills, nil
}

// cardSkills are the skills for the cards, each with the URL of its details, where those
// of public skills are published.
func cardSkills(url string, skills *skill.Set) []card.Skill {
	if skills == nil {
		return nil
	}
	var all []card.Skill
	for _, k := range skills.Skills() {
		all = append(all, card.Skill{
			ID: k.ID, Name: k.Name, Description: k.Description, Tags: k.Tags, Examples: k.Examples,
			InputModes: k.InputModes, OutputModes: k.OutputModes,
			DocumentationPath: strings.TrimSuffix(url, "/") + k.Path(),
		})
	}
	return all
}

// addSkills publishes the skills: all of them are on the public card anyway.
// Each has its own routes, so that nothing else below their path is answered.
func addSkills(public map[string]gate.Route, skills *skill.Set) error {
	documents, err := skills.Documents()
	if err != nil {
		return err
	}
	for path, document := range documents {
		public[path] = gate.Route{Methods: []string{http.MethodGet}, Handler: document}
	}
	public[skill.NegotiationPath] = gate.Route{Methods: []string{http.MethodPost}, Handler: skills.Negotiation()}
	return nil
}
