package peer

import (
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/signature"
)

// parseCard reads a card as package card does, and tells agents of the
// reference from others that speak A2A 0.3.
func parseCard(body []byte) (card.Info, error) {
	info, err := card.Parse(body)
	if err != nil {
		return card.Info{}, fmt.Errorf("%w: %w", ErrCard, err)
	}
	// Of a signed card nothing is read that its signatures do not cover.
	if info.ProtocolVersion == card.V03 && !info.Signed() && isReference(body) {
		info.ProtocolVersion = card.Reference
	}
	info.Schemes = slices.DeleteFunc(info.Schemes, unknownScheme)
	return info, nil
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
