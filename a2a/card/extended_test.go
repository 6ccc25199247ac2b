package card_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/getbindu/bindu-go/a2a/card"
)

// extendedMembers are what an extended card is about.
type extendedMembers struct {
	Capabilities                      struct{ ExtendedAgentCard bool }
	SupportsAuthenticatedExtendedCard bool
	Skills                            []struct{ ID string }
}

func membersOf(t *testing.T, raw []byte) (m extendedMembers, ids []string) {
	t.Helper()
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	for _, k := range m.Skills {
		ids = append(ids, k.ID)
	}
	return m, ids
}

func TestTheExtendedCardSaysMoreThanThePublicOne(t *testing.T) {
	t.Parallel()
	if c := newCard(t, cardConfig(t)); c.Extended().V1 != nil || c.Extended().V03 != nil || bytes.Contains(c.V1(), []byte("xtended")) || bytes.Contains(c.Legacy(), []byte("xtended")) {
		t.Errorf("an extended card without extended skills: %+v", c.Extended())
	}
	cfg := cardConfig(t)
	cfg.ExtendedSkills = []card.Skill{{ID: "ledger", Name: "Ledger", Description: "reads the books"}}
	c := newCard(t, cfg)
	for name, raw := range map[string][]byte{"the card of 1.0": c.V1(), "the reference's": c.Legacy()} {
		if m, ids := membersOf(t, raw); slices.Contains(ids, "ledger") || !m.SupportsAuthenticatedExtendedCard || bytes.Contains(raw, []byte("books")) {
			t.Errorf("%s: %s", name, raw)
		}
	}
	if m, _ := membersOf(t, c.V1()); !m.Capabilities.ExtendedAgentCard {
		t.Errorf("%s", c.V1())
	}
	for name, raw := range map[string][]byte{"1.0": c.Extended().V1, "0.3": c.Extended().V03} {
		m, ids := membersOf(t, raw)
		if !m.Capabilities.ExtendedAgentCard || !slices.Equal(ids, []string{"poem", "plain", "ledger"}) {
			t.Errorf("%s: %s", name, raw)
		}
		info, err := card.Parse(raw)
		if err != nil || info.Verify(parseDID(t, "did:bindu:test:poet:1"), assertionKey(t, 0).PublicKey()) != nil {
			t.Errorf("%s: the extended card is not signed: %v", name, err)
		}
		// Parsers that take no member of another version exist.
		if other := bytes.Contains(raw, []byte(`"protocolVersion":"0.3.0"`)); other != (name == "0.3") {
			t.Errorf("%s: %s", name, raw)
		}
	}
	unsigned := cardConfig(t)
	unsigned.Key, unsigned.ExtendedSkills = nil, cfg.ExtendedSkills
	if raw := newCard(t, unsigned).Extended().V1; !bytes.Contains(raw, []byte("books")) || bytes.Contains(raw, []byte("signatures")) {
		t.Errorf("without a key: %s", raw)
	}
}
