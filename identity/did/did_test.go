package did_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
)

type identifierFixtures struct {
	ByName   []identifierFixture `json:"from_author_and_name"`
	ByKey    []identifierFixture `json:"from_public_key"`
	Accepted []string
	Refused  []struct{ Why, Text string }
}

type identifierFixture struct {
	SeedHex   string `json:"seed_hex"`
	PublicKey string `json:"public_key_base58"`
	Author    string
	Name      string
	AgentID   string `json:"agent_id"`
	DID       string
}

func TestParse(t *testing.T) {
	fixtures := readFixture[identifierFixtures](t, "did-identifiers.json")
	if len(fixtures.Accepted) < 5 || len(fixtures.Refused) < 20 {
		t.Fatal("fixtures are incomplete")
	}
	for _, s := range fixtures.Accepted {
		d, err := did.Parse(s)
		if err != nil || d.String() != s || d.IsZero() {
			t.Errorf("Parse(%q) = %v, %v", s, d, err)
		}
	}
	for _, c := range fixtures.Refused {
		t.Run("065 "+c.Why, func(t *testing.T) {
			if d, err := did.Parse(c.Text); !errors.Is(err, did.ErrMalformed) || !d.IsZero() {
				t.Errorf("Parse(%q) = %q, %v; want ErrMalformed", c.Text, d, err)
			}
		})
	}
}

func TestParseHostileText(t *testing.T) {
	for name, s := range map[string]string{
		"065 10 kB":          "did:bindu:" + strings.Repeat("a", 10_000),
		"065 CRLF inside":    "did:bindu:a\r\nX-Evil: 1",
		"065 invalid UTF-8":  "did:bindu:\xff",
		"065 full-width":     "did:bindu:\uff41",
		"065 Arabic digit":   "did:bindu:\u0665",
		"065 zero width":     "did:bindu:a\u200bb",
		"065 DEL":            "did:bindu:a\x7f",
		"065 comma (a list)": "did:bindu:a,did:bindu:b",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := did.Parse(s); !errors.Is(err, did.ErrMalformed) {
				t.Errorf("error %v, want ErrMalformed", err)
			}
		})
	}
}

func TestParseNeverEchoesInput(t *testing.T) {
	_, err := did.Parse("did:bindu:evil\x1b[31m")
	if err == nil || strings.Contains(err.Error(), "evil") {
		t.Errorf("error %v repeats what the caller sent", err)
	}
}

func TestDIDIsComparable(t *testing.T) {
	a, b := mustParse(t, "did:bindu:a"), mustParse(t, "did:bindu:a")
	if a != b || a == mustParse(t, "did:bindu:A") {
		t.Error("DIDs must be equal exactly when their bytes are")
	}
}

func TestLastSegment(t *testing.T) {
	for s, want := range map[string]string{
		"did:bindu:test":    "test",
		"did:bindu:a:b:c-1": "c-1",
		"did:bindu:a::b":    "b",
	} {
		if got := mustParse(t, s).LastSegment(); got != want {
			t.Errorf("LastSegment(%s) = %q, want %q", s, got, want)
		}
	}
	if got := (did.DID{}).LastSegment(); got != "" {
		t.Errorf("LastSegment of the zero DID is %q", got)
	}
}

// An agent that logs JSON has to name itself and others.
func TestDIDInAJSONLogIsItsText(t *testing.T) {
	var out strings.Builder
	d, err := did.Parse("did:bindu:test")
	if err != nil {
		t.Fatal(err)
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("serving", "did", d)
	if !strings.Contains(out.String(), `"did":"did:bindu:test"`) {
		t.Errorf("got %s", out.String())
	}
}
