package did

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mr-tron/base58"
)

// Document is a DID document (DID Core section 5). Its authentication entry
// has the shape that peers of the Python reference read; verificationMethod and
// service say the same in the terms of DID Core. The only assertion method is the
// [AssertionKey]. A member without a value is absent, never null: strict readers
// refuse null.
type Document struct {
	Context            []string             `json:"@context"`
	ID                 string               `json:"id"`
	Created            string               `json:"created,omitempty"`
	Authentication     []VerificationMethod `json:"authentication"`
	VerificationMethod []VerificationMethod `json:"verificationMethod,omitempty"`
	AssertionMethod    []string             `json:"assertionMethod,omitempty"`
	Service            []Service            `json:"service,omitempty"`
}

// VerificationMethod is a public key (DID Core section 5.2).
type VerificationMethod struct {
	ID                 string `json:"id"`
	Type               string `json:"type"`
	Controller         string `json:"controller"`
	PublicKeyBase58    string `json:"publicKeyBase58,omitempty"`
	PublicKeyMultibase string `json:"publicKeyMultibase,omitempty"`
	// Statement is the registered key's signature that binds an assertion key to
	// the DID, in base58; see [Document.AssertionKey].
	Statement string `json:"statement,omitempty"`
}

// Service is an endpoint of the DID's subject (DID Core section 5.4).
type Service struct {
	ID              string `json:"id"`
	Type            string `json:"type"`
	ServiceEndpoint string `json:"serviceEndpoint"`
}

const (
	keyFragment       = "#key-1"
	assertionFragment = "#key-2"
	serviceFragment   = "#a2a"
	keyType           = "Ed25519VerificationKey2020"
)

// NewDocument describes the agent d with the key k. A zero created and an empty
// serviceURL are left out.
func NewDocument(d DID, k *KeyPair, created time.Time, serviceURL string) (*Document, error) {
	id, pub := d.String(), k.PublicKey()
	assertion, err := k.Assertion()
	if err != nil {
		return nil, err
	}
	bound, err := k.SignTagged(statementName, statement(d, assertion.PublicKey()))
	if err != nil {
		return nil, err
	}
	doc := &Document{
		Context: []string{"https://www.w3.org/ns/did/v1", "https://getbindu.com/ns/v1"},
		ID:      id,
		// The relative id is the reference's; it resolves to the absolute one below.
		Authentication: []VerificationMethod{{
			ID: keyFragment, Type: keyType, Controller: id, PublicKeyBase58: EncodePublicKey(pub),
		}},
		VerificationMethod: []VerificationMethod{{
			ID: id + keyFragment, Type: keyType, Controller: id, PublicKeyMultibase: multibase(pub),
		}, {
			ID: AssertionKeyID(d), Type: keyType, Controller: id, PublicKeyMultibase: multibase(assertion.PublicKey()), Statement: bound,
		}},
		AssertionMethod: []string{AssertionKeyID(d)},
	}
	if !created.IsZero() {
		doc.Created = created.UTC().Format(time.RFC3339)
	}
	if serviceURL != "" {
		doc.Service = []Service{{ID: id + serviceFragment, Type: "A2A", ServiceEndpoint: serviceURL}}
	}
	return doc, nil
}

// BoundKey returns the key of the document that d is derived from, nil if there is
// none: whoever wrote the document, nobody else's key is that.
func (doc *Document) BoundKey(d DID) ed25519.PublicKey {
	for _, m := range doc.Authentication {
		if key, err := DecodePublicKey(m.PublicKeyBase58); err == nil && d.BoundTo(key) {
			return key
		}
	}
	return nil
}

// multicodec begins an Ed25519 public key in multibase.
const multicodec = "\xed\x01"

// maxMultibase is the longest text of such a key, in characters.
const maxMultibase = 48

// multibase is base58btc of the multicodec for Ed25519 public keys and the key.
func multibase(pub ed25519.PublicKey) string {
	return "z" + base58.Encode(slices.Concat([]byte(multicodec), pub))
}

// fromMultibase is its inverse. Errors: [ErrPublicKey] and [ErrWeakKey].
func fromMultibase(text string) (ed25519.PublicKey, error) {
	encoded, ok := strings.CutPrefix(text, "z")
	if !ok || len(text) > maxMultibase { // the length first: decoding is quadratic
		return nil, fmt.Errorf("%w: not multibase", ErrPublicKey)
	}
	raw, err := base58.Decode(encoded)
	if err != nil || !bytes.HasPrefix(raw, []byte(multicodec)) {
		return nil, fmt.Errorf("%w: not multibase of an Ed25519 key", ErrPublicKey)
	}
	key := ed25519.PublicKey(raw[len(multicodec):])
	if err := checkPublicKey(key); err != nil {
		return nil, err
	}
	return key, nil
}
