package registrarapi

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
)

const (
	// statementName is the name of the format that the registrar signs.
	statementName = "key-statement-1"
	// maxStatement is the longest for which a statement may say that it holds.
	maxStatement = 30 * time.Second
	// leeway is how far the registrar's clock may be from ours, as that of an issuer.
	leeway = 60 * time.Second
)

// statement is what the registrar says about the key of a DID.
type statement struct {
	members         map[string]string // all that is signed, as it came
	signature       []byte
	key             ed25519.PublicKey
	issued, expires time.Time
}

// signed are the members that the signature covers; there are no others.
var signed = []string{"did", "publicKey", "since", "issuedAt", "expiresAt", "registrar"}

// parseStatement reads a statement strictly. Nothing of it is verified. Errors:
// [ErrStatement].
func parseStatement(body []byte) (s statement, err error) {
	var members map[string]string
	if jsontext.Value(body).Kind() != '{' || json.Unmarshal(body, &members) != nil || len(members) != len(signed)+1 {
		return s, fmt.Errorf("%w: it is malformed", ErrStatement)
	}
	text := members["signature"]
	delete(members, "signature")
	for _, name := range signed {
		if members[name] == "" {
			return s, fmt.Errorf("%w: it lacks %s", ErrStatement, name)
		}
	}
	s.members = members
	if s.signature, err = base64.RawURLEncoding.Strict().DecodeString(text); err != nil || len(s.signature) != ed25519.SignatureSize {
		return s, fmt.Errorf("%w: its signature is malformed", ErrStatement)
	}
	if s.key, err = did.DecodePublicKey(members["publicKey"]); err != nil {
		return s, fmt.Errorf("%w: %w", ErrStatement, err)
	}
	var errs [3]error
	s.issued, errs[0] = time.Parse(time.RFC3339, members["issuedAt"])
	s.expires, errs[1] = time.Parse(time.RFC3339, members["expiresAt"])
	_, errs[2] = time.Parse(time.RFC3339, members["since"])
	for _, failed := range errs {
		if failed != nil {
			return s, fmt.Errorf("%w: a time of it is malformed", ErrStatement)
		}
	}
	return s, nil
}

// verify checks that the registrar whose key it is says so of d, and says it now.
func (s statement) verify(by ed25519.PublicKey, registrar, d did.DID, now time.Time) error {
	holds := s.expires.Sub(s.issued)
	switch {
	case s.members["did"] != d.String() || s.members["registrar"] != registrar.String():
		return fmt.Errorf("%w: it is about another DID, or another registrar's", ErrStatement)
	case holds <= 0 || holds > maxStatement:
		return fmt.Errorf("%w: it says that it holds for %s, at most %s are believed", ErrStatement, holds, maxStatement)
	case now.Before(s.issued.Add(-leeway)) || now.After(s.expires.Add(leeway)):
		return fmt.Errorf("%w: it is not of now, or our clock and the registrar's differ", ErrStatement)
	}
	payload, err := s.payload()
	if err != nil || !ed25519.Verify(by, payload, s.signature) {
		return fmt.Errorf("%w: %w", ErrStatement, did.ErrSignatureMismatch)
	}
	return nil
}

// payload is the byte 0xFF, the name of the format, and the RFC 8785 form of all
// members but the signature.
func (s statement) payload() ([]byte, error) {
	data, err := json.Marshal(s.members, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	value := jsontext.Value(data)
	if err := value.Canonicalize(); err != nil {
		return nil, err
	}
	return append(did.AppendTag(nil, statementName), value...), nil
}
