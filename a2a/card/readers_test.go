package card_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	sdk03 "github.com/a2aproject/a2a-go/a2a"
	sdk "github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2aclient/agentcard"
	"github.com/a2aproject/a2a-go/v2/a2acompat/a2av0"
	pb1 "github.com/a2aproject/a2a-go/v2/a2apb/v1"
	"github.com/a2aproject/a2a-go/v2/a2apb/v1/pbconv"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/getbindu/bindu-go/a2a/card"
)

// reading is what one client's parser made of a card.
type reading struct {
	url      string // where JSON-RPC is spoken
	proofs   []string
	required []string // the proofs that are wanted together
}

// readers are the parsers of official clients, each with the form of the card
// that its client asks for.
func readers(made *card.Card) map[string]func(*testing.T) reading {
	return map[string]func(*testing.T) reading{
		"0.3 SDK, agent-card.json": func(t *testing.T) reading { return read03(t, made.V1()) },
		"0.3 SDK, agent.json":      func(t *testing.T) reading { return read03(t, made.Legacy()) },
		"protojson":                func(t *testing.T) reading { return readProto(t, made.V1()) },
		"2.4.0 SDK, agent.json": func(t *testing.T) reading {
			return readCompat(t, a2av0.NewAgentCardParser(), made.Legacy())
		},
	}
}

// parseProtoJSON reads a card of A2A 1.0 as the specification has it. The parser
// that a2a-go 2.4.0 takes by default refuses ProtoJSON's form of scopes.
func parseProtoJSON(raw []byte) (*sdk.AgentCard, error) {
	var card pb1.AgentCard
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(raw, &card); err != nil {
		return nil, err
	}
	return pbconv.FromProtoAgentCard(&card)
}

func read03(t *testing.T, raw []byte) reading {
	t.Helper()
	var card sdk03.AgentCard
	if err := json.Unmarshal(raw, &card); err != nil {
		t.Fatal(err)
	}
	if card.PreferredTransport != sdk03.TransportProtocolJSONRPC || card.ProtocolVersion != "0.3.0" {
		t.Errorf("transport %q, version %q", card.PreferredTransport, card.ProtocolVersion)
	}
	r := reading{url: card.URL}
	for name := range card.SecuritySchemes {
		r.proofs = append(r.proofs, string(name))
	}
	for _, all := range card.Security {
		for name := range all {
			r.required = append(r.required, string(name))
		}
	}
	return r
}

func readProto(t *testing.T, raw []byte) reading {
	t.Helper()
	var card pb1.AgentCard
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(raw, &card); err != nil {
		t.Fatal(err)
	}
	r := reading{proofs: slices.Collect(maps.Keys(card.SecuritySchemes))}
	for _, i := range card.SupportedInterfaces {
		if i.ProtocolBinding == "JSONRPC" && i.ProtocolVersion == "1.0" {
			r.url = i.Url
		}
	}
	for name, scheme := range card.SecuritySchemes {
		if scheme.Scheme == nil {
			t.Errorf("%s is of no kind", name)
		}
	}
	for _, all := range card.SecurityRequirements {
		r.required = append(r.required, slices.Collect(maps.Keys(all.Schemes))...)
	}
	return r
}

func readCompat(t *testing.T, parse agentcard.Parser, raw []byte) reading {
	t.Helper()
	card, err := parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	r := reading{}
	for _, i := range card.SupportedInterfaces {
		r.url = i.URL
	}
	for name := range card.SecuritySchemes {
		r.proofs = append(r.proofs, string(name))
	}
	for _, all := range card.SecurityRequirements {
		for name := range all {
			r.required = append(r.required, string(name))
		}
	}
	return r
}

// TestCardsAreReadByOfficialParsers shows that each finds the endpoint and every
// proof that is wanted, whatever proofs an agent asks for.
func TestCardsAreReadByOfficialParsers(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		mutualTLS, token bool
		tokenURL         string
		want             []string
	}{
		"all":            {true, true, "https://hydra.example/token", []string{"mtls", "oauth2"}},
		"any token":      {true, true, "", []string{"bearer", "mtls"}},
		"no token":       {true, false, "https://hydra.example/token", []string{"mtls"}},
		"no certificate": {false, true, "https://hydra.example/token", []string{"oauth2"}},
		"neither":        {},
	} {
		cfg := cardConfig(t)
		cfg.MutualTLS, cfg.Token, cfg.TokenURL = tt.mutualTLS, tt.token, tt.tokenURL
		for reader, read := range readers(newCard(t, cfg)) {
			t.Run(name+"/"+reader, func(t *testing.T) {
				t.Parallel()
				got := read(t)
				slices.Sort(got.proofs)
				slices.Sort(got.required)
				if got.url != cfg.URL || !slices.Equal(got.proofs, tt.want) || !slices.Equal(got.required, tt.want) {
					t.Errorf("%+v, want %s and %v", got, cfg.URL, tt.want)
				}
			})
		}
	}
}

// TestSecurityRequirementsAreProtoJSON pins the form on which parsers of A2A 1.0
// disagree: the specification's, in which scopes are a message with a list.
func TestSecurityRequirementsAreProtoJSON(t *testing.T) {
	t.Parallel()
	var card struct {
		Requirements json.RawMessage `json:"securityRequirements"`
	}
	if err := json.Unmarshal(newCard(t, cardConfig(t)).V1(), &card); err != nil {
		t.Fatal(err)
	}
	if want := `[{"schemes":{"mtls":{"list":[]},"oauth2":{"list":[]}}}]`; string(card.Requirements) != want {
		t.Errorf("%s, want %s", card.Requirements, want)
	}
}

// TestSkillsAreReadByOfficialParsers shows that a skill with every member, and
// one with the least, arrive whole with clients of 1.0 and of 0.3.
func TestSkillsAreReadByOfficialParsers(t *testing.T) {
	t.Parallel()
	cfg := cardConfig(t)
	cfg.Skills = []card.Skill{
		{
			ID: "poem", Name: "Poem", Description: "a poem", Tags: []string{"text"}, Examples: []string{"a haiku"},
			InputModes: []string{"text/plain"}, OutputModes: []string{"text/markdown"}, DocumentationPath: "https://poet.example:3773/agent/skills/poem",
		},
		{ID: "plain", Name: "Plain", Description: "plain text"},
	}
	made := newCard(t, cfg)
	official, err := parseProtoJSON(made.V1()) // protojson and pbconv
	if err != nil {
		t.Fatal(err)
	}
	compat, err := a2av0.NewAgentCardParser()(made.Legacy())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]any{"protojson": official.Skills, "2.4.0 SDK": compat.Skills}
	for name, raw := range map[string][]byte{"0.3 SDK, agent-card.json": made.V1(), "0.3 SDK, agent.json": made.Legacy()} {
		var old sdk03.AgentCard
		if err := json.Unmarshal(raw, &old); err != nil {
			t.Fatal(err)
		}
		got[name] = old.Skills
	}
	for name, skills := range got {
		raw, err := json.Marshal(skills)
		if err != nil {
			t.Fatal(err)
		}
		var read []struct {
			ID, Name, Description                   string
			Tags, Examples, InputModes, OutputModes []string
		}
		if err := json.Unmarshal(raw, &read); err != nil || len(read) != 2 {
			t.Fatalf("%s: %s, %v", name, raw, err)
		}
		full, least := read[0], read[1]
		if full.ID != "poem" || full.Tags[0] != "text" || full.Examples[0] != "a haiku" || !slices.Equal(full.OutputModes, []string{"text/markdown"}) ||
			!slices.Equal(full.InputModes, []string{"text/plain"}) || least.Description != "plain text" || !slices.Equal(least.Tags, []string{"plain"}) {
			t.Errorf("%s: %s", name, raw)
		}
	}
	var reference struct {
		Skills []struct{ DocumentationPath string }
	}
	if err := json.Unmarshal(made.Legacy(), &reference); err != nil || reference.Skills[0].DocumentationPath != cfg.Skills[0].DocumentationPath {
		t.Errorf("%+v, %v", reference, err)
	}
}
