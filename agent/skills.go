package agent

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/skill"
)

// skills are those that were given, or those of the settings.
func (o Options) skills() (*skill.Set, error) {
	if o.Skills != nil {
		return o.Skills, nil
	}
	return openSkills(o.Settings)
}

// openSkills reads what the operator says that the agent can do.
// Errors: [skill.ErrFile].
func openSkills(set settings.Settings) (*skill.Set, error) {
	if set.Agent.SkillsFile == "" {
		return skill.Default(string(set.Agent.Name), configs.Description(set)), nil
	}
	skills, err := skill.Load(string(set.Agent.SkillsFile))
	if err != nil {
		return nil, fmt.Errorf("AGENT__SKILLS_FILE: %w", err)
	}
	return skills, nil
}

// cardSkills are the skills for the cards, each with the URL of its details.
func cardSkills(url string, skills *skill.Set) []card.Skill {
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
