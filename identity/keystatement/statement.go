package keystatement

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/getbindu/bindu-go/identity/did"
)

// Lifetime is the longest for which a statement counts.
const Lifetime = 30 * time.Second

// name is part of the wire format.
const name = "key-statement-1"

// stamp is RFC 3339 in UTC, in whole seconds.
const stamp = "2006-01-02T15:04:05Z"

// Statement says which key a DID had at a time. Times are in whole seconds.
type Statement struct {
	DID did.DID
	Key ed25519.PublicKey
	// Since is when the key began to count.
	Since time.Time
	// IssuedAt is when the registrar looked, ExpiresAt at most [Lifetime] later.
	IssuedAt, ExpiresAt time.Time
	// Registrar says so; its DID follows from its key.
	Registrar did.DID
}

// wire is a statement as it is sent, all of it signed but the signature.
type wire struct {
	DID          string `json:"did"`
	PublicKey    string `json:"publicKey"`
	Since        string `json:"since"`
	IssuedAt     string `json:"issuedAt"`
	ExpiresAt    string `json:"expiresAt"`
	Registrar    string `json:"registrar"`
	RegistrarKey string `json:"registrarKey"`
	Signature    string `json:"signature"`
}

// payload is what is signed: the byte 0xFF, the name and the RFC 8785 form of all members
// but the signature. No member needs an escape.
func (w wire) payload() []byte {
	return fmt.Appendf(did.AppendTag(nil, name), `{"did":"%s","expiresAt":"%s","issuedAt":"%s","publicKey":"%s","registrar":"%s","registrarKey":"%s","since":"%s"}`,
		w.DID, w.ExpiresAt, w.IssuedAt, w.PublicKey, w.Registrar, w.RegistrarKey, w.Since)
}

var errOtherKey = errors.New("keystatement: the registrar's DID does not follow from the key that signs")

// Sign returns the statement as it is sent, signed by the registrar's key. Times are
// cut to whole seconds.
func (s Statement) Sign(k *did.KeyPair) ([]byte, error) {
	own := k.PublicKey()
	if !s.Registrar.BoundTo(own) {
		return nil, errOtherKey
	}
	w := wire{
		DID: s.DID.String(), PublicKey: did.EncodePublicKey(s.Key), Registrar: s.Registrar.String(), RegistrarKey: did.EncodePublicKey(own),
		Since: s.Since.UTC().Format(stamp), IssuedAt: s.IssuedAt.UTC().Format(stamp), ExpiresAt: s.ExpiresAt.UTC().Format(stamp),
	}
	text, err := k.SignTagged(name, w.payload())
	if err != nil {
		return nil, err
	}
	raw, err := did.OpenSignature(own, text)
	if err != nil {
		return nil, err
	}
	w.Signature = base64.RawURLEncoding.EncodeToString(raw)
	return json.Marshal(w)
}
