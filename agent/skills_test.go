package agent

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/skill"
)

// skilled is an agent as far as its cards and skills need one.
func skilled(t *testing.T, change func(*settings.Settings)) *Agent {
	t.Helper()
	key, err := did.KeyPairFromSeed(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	name, err := did.FromPublicKey("ada@example.com", "poet", key.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	set := settings.Default()
	set.Agent.Name, set.Agent.Author = "poet", "ada@example.com"
	change(&set)
	return &Agent{opts: Options{Settings: set}, is: standing{self: self{Identity: home.NewIdentity(name, key)}, url: "https://poet.example:3773/"}}
}

// publicOf returns the public routes about skills, and a card with them.
func publicOf(t *testing.T, a *Agent) (map[string]gate.Route, http.Handler) {
	t.Helper()
	skills, err := openSkills(a.opts.Settings)
	if err != nil {
		t.Fatal(err)
	}
	cards, err := a.cards(a.is.self, a.is.url, skills)
	if err != nil {
		t.Fatal(err)
	}
	public := map[string]gate.Route{}
	if err := addSkills(public, skills); err != nil {
		t.Fatal(err)
	}
	return public, cards
}

type cardOfSkills struct {
	Description string
	Skills      []struct {
		ID, Description, DocumentationPath string
		Tags                               []string
	}
}

func legacyCard(t *testing.T, cards http.Handler) (card cardOfSkills) {
	t.Helper()
	w := httptest.NewRecorder()
	cards.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/.well-known/agent.json", nil))
	if err := json.Unmarshal(w.Body.Bytes(), &card); err != nil {
		t.Fatal(err)
	}
	return card
}

func TestSkillsOfTheFileAreOnCardAndRoutes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "skills.yaml")
	for name, content := range map[string]string{
		"skills.yaml": "- {id: poem, name: Poem, description: a poem, documentationPath: poem.md}\n- {id: haiku, name: Haiku, description: shorter}\n", "poem.md": "# Poem\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	public, cards := publicOf(t, skilled(t, func(s *settings.Settings) { s.Agent.SkillsFile = settings.Path(path) }))
	card := legacyCard(t, cards)
	if len(card.Skills) != 2 || card.Skills[0].DocumentationPath != "https://poet.example:3773/agent/skills/poem" || !slices.Equal(card.Skills[1].Tags, []string{"haiku"}) {
		t.Errorf("%+v", card)
	}
	for path, methods := range map[string][]string{
		"/agent/skills": {"GET"}, "/agent/skills/poem": {"GET"}, "/agent/skills/poem/documentation": {"GET"}, "/agent/skills/haiku": {"GET"}, "/agent/negotiation": {"POST"},
	} {
		if !slices.Equal(public[path].Methods, methods) {
			t.Errorf("%s: %v, want %v", path, public[path].Methods, methods)
		}
	}
	if len(public) != 5 {
		t.Errorf("%d routes", len(public))
	}
}

// Official parsers of A2A 1.0 refuse a card without description or skill.
func TestAnAgentWithoutASkillsFileHasOneSkill(t *testing.T) {
	t.Parallel()
	for description, want := range map[string]string{"": "The agent poet of ada@example.com", "  ": "The agent poet of ada@example.com", "writes poems": "writes poems"} {
		public, cards := publicOf(t, skilled(t, func(s *settings.Settings) { s.Agent.Description = settings.Text(description) }))
		card := legacyCard(t, cards)
		if card.Description != want || len(card.Skills) != 1 || card.Skills[0].ID != "poet" || card.Skills[0].Description != want || len(card.Skills[0].Tags) != 1 {
			t.Errorf("%q: %+v", description, card)
		}
		if len(public) != 3 {
			t.Errorf("%q: %d routes", description, len(public))
		}
	}
}

func TestPreflightRefusesABrokenSkillsFile(t *testing.T) {
	t.Parallel()
	a := skilled(t, func(s *settings.Settings) {
		s.Agent.SkillsFile = settings.Path(filepath.Join(t.TempDir(), "absent.yaml"))
	})
	if err := (preflight{given: a.opts}).checkSkills(); !errors.Is(err, skill.ErrFile) || !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}
