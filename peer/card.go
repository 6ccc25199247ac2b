package peer

import (
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/identity/signature"
)

// parseCard reads a card as package a2a does, and tells agents of the
// reference from others that speak A2A 0.3.
func parseCard(body []byte) (a2a.CardInfo, error) {
	card, err := a2a.ParseCard(body)
	if err != nil {
		return a2a.CardInfo{}, fmt.Errorf("%w: %w", ErrCard, err)
	}
	if card.ProtocolVersion == a2a.V03 && isReference(body) {
		card.ProtocolVersion = a2a.Reference
	}
	card.Schemes = slices.DeleteFunc(card.Schemes, unknownScheme)
	return card, nil
}

// isReference reports a card with agentTrust, which the reference demands and
// the protocol does not have.
func isReference(body []byte) bool {
	var card struct {
		Trust jsontext.Value `json:"agentTrust"`
	}
	return json.Unmarshal(body, &card, uniqueNames) == nil && card.Trust.Kind() == jsontext.KindBeginObject
}

func unknownScheme(s signature.Scheme) bool {
	_, err := signature.ParseScheme(string(s), true)
	return err != nil
}
