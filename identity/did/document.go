package did

import (
	"crypto/ed25519"
	"slices"
	"time"

	"github.com/mr-tron/base58"
)

// Document is a DID document (DID Core section 5). Its authentication entry
// has the shape that peers of the Python reference read; verificationMethod,
// assertionMethod and service say the same in the terms of DID Core. A member
// without a value is absent, never null: strict readers refuse null.
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
}

// Service is an endpoint of the DID's subject (DID Core section 5.4).
type Service struct {
	ID              string `json:"id"`
	Type            string `json:"type"`
	ServiceEndpoint string `json:"serviceEndpoint"`
}

const (
	keyFragment     = "#key-1"
	serviceFragment = "#a2a"
	keyType         = "Ed25519VerificationKey2020"
)

// NewDocument describes the agent d. A zero created and an empty serviceURL
// are left out.
func NewDocument(d DID, pub ed25519.PublicKey, created time.Time, serviceURL string) *Document {
	id := d.String()
	doc := &Document{
		Context: []string{"https://www.w3.org/ns/did/v1", "https://getbindu.com/ns/v1"},
		ID:      id,
		// The relative id is the reference's; it resolves to the absolute one below.
		Authentication: []VerificationMethod{{
			ID: keyFragment, Type: keyType, Controller: id, PublicKeyBase58: EncodePublicKey(pub),
		}},
		VerificationMethod: []VerificationMethod{{
			ID: id + keyFragment, Type: keyType, Controller: id, PublicKeyMultibase: multibase(pub),
		}},
		AssertionMethod: []string{id + keyFragment},
	}
	if !created.IsZero() {
		doc.Created = created.UTC().Format(time.RFC3339)
	}
	if serviceURL != "" {
		doc.Service = []Service{{ID: id + serviceFragment, Type: "A2A", ServiceEndpoint: serviceURL}}
	}
	return doc
}

// multibase is base58btc of the multicodec for Ed25519 public keys and the key.
func multibase(pub ed25519.PublicKey) string {
	return "z" + base58.Encode(slices.Concat([]byte{0xed, 0x01}, pub))
}
