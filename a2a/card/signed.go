package card

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/jws"
)

// Errors of [Info.Verify].
var (
	// ErrUnsigned: the card has no signature, or is none of A2A 1.0.
	ErrUnsigned = errors.New("the agent card is not signed")
	// ErrSignature: no signature of the card is by the key that was expected, over what
	// the card says. It wraps [jws.ErrNotVerified].
	ErrSignature = errors.New("the agent card's signature does not verify")
)

// signed is what the signatures of a card cover.
type signed struct {
	payload    []byte
	signatures []jws.Signature
}

// Signed reports a card of A2A 1.0 that has a signature, good or not.
func (c Info) Signed() bool { return c.signed != nil }

// Covered returns what may be read of the card that Info was read from, raw: what its
// signatures cover, or all of a card without any.
func (c Info) Covered(raw []byte) []byte {
	if c.signed == nil {
		return raw
	}
	return c.signed.payload
}

// Verify checks that the agent d signed the card with key, which is its assertion key
// ([did.Document.AssertionKey]). Several signatures may be on the card; one has to be
// good. All of Info was read from what they cover. Errors: [ErrUnsigned],
// [ErrSignature].
func (c Info) Verify(d did.DID, key ed25519.PublicKey) error {
	if c.signed == nil {
		return ErrUnsigned
	}
	if err := jws.Verify(c.signed.signatures, did.AssertionKeyID(d), key, c.signed.payload); err != nil {
		return fmt.Errorf("%w: %w", ErrSignature, err)
	}
	return nil
}

// cover reduces a signed card to what its signatures cover, so that nothing else is
// read. A card without interfaces of 1.0 is left as it is: signatures of 0.3 cover
// another form, which nothing here verifies.
func (c *wireCard) cover(raw []byte) (*signed, error) {
	if len(c.Signatures) == 0 || len(c.SupportedInterfaces) == 0 {
		return nil, nil
	}
	payload, err := Payload(raw)
	if err != nil {
		return nil, err
	}
	s := &signed{payload, c.Signatures}
	*c = wireCard{}
	if err := jsonv2.Unmarshal(payload, c, jsontext.AllowDuplicateNames(true)); err != nil {
		return nil, fmt.Errorf("%w: a member of the wrong type", ErrUnusable)
	}
	return s, nil
}

// signedV1 makes the card of 1.0, and signs what it says: as the specification has it,
// and, behind that, as the official verifiers read it where they differ.
func signedV1(cfg Config) (unionCard, error) {
	card := cardV1(cfg)
	if cfg.Key == nil {
		return card, nil
	}
	raw, err := json.Marshal(card)
	if err != nil {
		return card, fmt.Errorf("encoding a card: %w", err)
	}
	payload, err := Payload(raw)
	if err != nil {
		return card, err
	}
	others, err := officialPayloads(payload)
	if err != nil {
		return card, err
	}
	form := ""
	for _, p := range append([][]byte{payload}, others...) {
		signature, err := jws.SignForm(cfg.Key, did.AssertionKeyID(cfg.DID), form, p)
		if err != nil {
			return card, err
		}
		card.Signatures, form = append(card.Signatures, signature), withoutEmptyForm
	}
	return card, nil
}
