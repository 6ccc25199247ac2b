package agent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
	skills, err := openSkills(a.opts.Settings, a.opts.modes())
	if err != nil {
		t.Fatal(err)
	}
	cards, err := a.cards(a.is.self, a.is.url, skills, nil)
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

// A command that reads text is told so on the card: what else comes is rejected.
func TestTheCardSaysWhatTheCommandReads(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*settings.Settings)
		want   string
	}{
		"echo":                      {func(*settings.Settings) {}, "[text/plain application/json] [text/plain application/json]"},
		"a command that reads text": {func(s *settings.Settings) { s.Agent.Backend = settings.BackendExec }, "[text/plain] [text/plain]"},
		"a command that reads JSON": {func(s *settings.Settings) {
			s.Agent.Backend, s.Agent.CommandInput = settings.BackendExec, settings.CommandJSON
		}, "[text/plain application/json] [text/plain application/json]"},
	} {
		_, cards := publicOf(t, skilled(t, tt.change))
		var card struct {
			DefaultInputModes []string
			Skills            []struct{ InputModes []string }
		}
		if err := json.Unmarshal(cards.(interface{ V1() []byte }).V1(), &card); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(card.DefaultInputModes, " ", card.Skills[0].InputModes); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// What only proved callers may know is on no public route and no public card.
func TestExtendedSkillsAreOnTheExtendedCardAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "extended.yaml")
	if err := os.WriteFile(path, []byte("- {id: ledger, name: Ledger, description: reads the books}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := skilled(t, func(s *settings.Settings) { s.Agent.ExtendedSkillsFile = settings.Path(path) })
	public, extended, err := a.opts.skills()
	if err != nil {
		t.Fatal(err)
	}
	cards, err := a.cards(a.is.self, a.is.url, public, extended)
	if err != nil || !bytes.Contains(cards.Extended().V1, []byte("reads the books")) || bytes.Contains(cards.V1(), []byte("ledger")) {
		t.Errorf("%s, %s, %v", cards.Extended().V1, cards.V1(), err)
	}
	routes, _ := publicOf(t, a)
	if len(routes) != 3 {
		t.Errorf("%d public routes, want those of the one public skill", len(routes))
	}
	if card := legacyCard(t, cards); len(card.Skills) != 1 {
		t.Errorf("%+v", card)
	}
}

func TestExtendedSkillsThatCannotBe(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "extended.yaml")
	if err := os.WriteFile(path, []byte("- {id: poet, name: Poet, description: again}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{"a public one": path, "no file": path + ".absent"} {
		a := skilled(t, func(s *settings.Settings) { s.Agent.ExtendedSkillsFile = settings.Path(file) })
		if err := (preflight{given: a.opts}).checkSkills(); !errors.Is(err, skill.ErrFile) || !strings.Contains(err.Error(), "AGENT__EXTENDED_SKILLS_FILE") {
			t.Errorf("%s: %v", name, err)
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
