package jws

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
)

// members are those of a header that matter. jwk, jku, x5c and x5u are not among
// them, so that no key comes from there.
type members struct {
	Alg  jsontext.Value `json:"alg"`
	KID  jsontext.Value `json:"kid"`
	Typ  jsontext.Value `json:"typ"`
	Crit jsontext.Value `json:"crit"`
	B64  jsontext.Value `json:"b64"`
	Form jsontext.Value `json:"form"`
}

var (
	errEncoding  = errors.New("it is not base64url without padding")
	errHeader    = errors.New("its header is not one JSON object")
	errKID       = errors.New("it is by another key")
	errAlgorithm = errors.New("its algorithm is not " + algorithm)
	errTyp       = errors.New("its type is not JOSE")
	errExtension = errors.New("its header demands extensions (crit, b64)")
	errForm      = errors.New("it is over another form of the payload")
	errTwice     = errors.New("what its header must protect is unprotected, too")
	errNoneNamed = errors.New("none names the key")
)

// verify checks one signature. One that names another key is errKID.
func (s Signature) verify(kid string, key ed25519.PublicKey, payload []byte) error {
	protected, err := s.protected()
	if err != nil {
		return err
	}
	if text(protected.KID) != kid {
		return errKID
	}
	if err := protected.check(); err != nil {
		return err
	}
	if err := s.checkUnprotected(); err != nil {
		return err
	}
	sig, err := decode(s.Signature, base64.RawURLEncoding.EncodedLen(ed25519.SignatureSize))
	if err != nil {
		return err
	}
	return did.VerifyJWS(key, input(s.Protected, payload), sig)
}

// protected reads the header that the signature covers.
func (s Signature) protected() (members, error) {
	raw, err := decode(s.Protected, maxProtected)
	if err != nil {
		return members{}, err
	}
	return object(raw)
}

// check wants the one algorithm, and no extension: a verifier that does not understand
// one has to refuse (RFC 7515 section 4.1.11).
func (m members) check() error {
	switch {
	case text(m.Alg) != algorithm:
		return errAlgorithm
	case m.Typ != nil && text(m.Typ) != "JOSE":
		return errTyp
	case m.Crit != nil || m.B64 != nil:
		return errExtension
	case m.Form != nil:
		return errForm
	}
	return nil
}

// checkUnprotected reads the header that nothing covers. It may say nothing that has
// to be protected, or is already.
func (s Signature) checkUnprotected() error {
	if s.Header == nil || s.Header.Kind() == jsontext.KindNull {
		return nil
	}
	m, err := object(s.Header)
	if err != nil {
		return err
	}
	if m.Alg != nil || m.KID != nil || m.Typ != nil || m.Crit != nil || m.B64 != nil {
		return errTwice
	}
	return nil
}

// object reads a header, which has no member twice.
func object(raw []byte) (m members, err error) {
	if jsontext.Value(raw).Kind() != jsontext.KindBeginObject || json.Unmarshal(raw, &m) != nil {
		return members{}, errHeader
	}
	return m, nil
}

// decode takes base64url as RFC 7515 writes it, and at most limit characters. Line
// ends, which the package base64 passes over, are not among them.
func decode(encoded string, limit int) ([]byte, error) {
	if len(encoded) > limit {
		return nil, fmt.Errorf("%w: more than %d characters", errEncoding, limit)
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil || strings.ContainsAny(encoded, "\r\n") {
		return nil, errEncoding
	}
	return raw, nil
}

// text returns the text of a JSON string, "" of anything else.
func text(value jsontext.Value) string {
	var s string
	if value.Kind() == jsontext.KindString {
		_ = json.Unmarshal(value, &s)
	}
	return s
}
