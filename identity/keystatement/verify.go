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

// MaxBytes is the longest statement that is read.
const MaxBytes = 4 << 10

// leeway is how far ahead of ours the registrar's clock may be.
const leeway = 60 * time.Second

var (
	// ErrInvalid: the bytes are no statement by that registrar about that DID.
	ErrInvalid = errors.New("not a statement of the registrar about the key of this DID")
	// ErrOutdated: the statement does not count now.
	ErrOutdated = errors.New("the registrar's statement about the key does not count at this time; compare the clocks of this machine and the registrar")
)

// Verify returns the statement in data, if registrar says it about d and it counts now.
// Errors: [ErrInvalid], [ErrOutdated], and did.ErrWeakKey for a key by which nobody can
// be known. Whether d follows from the key is not looked at.
func Verify(data []byte, registrar, d did.DID, now time.Time) (Statement, error) {
	w, err := read(data)
	if err != nil {
		return Statement{}, err
	}
	if w.Registrar != registrar.String() || w.DID != d.String() || d.IsZero() {
		return Statement{}, fmt.Errorf("%w: it is by or about another", ErrInvalid)
	}
	if err := w.verify(registrar); err != nil {
		return Statement{}, err
	}
	s, err := w.statement(registrar, d)
	if err != nil {
		return Statement{}, err
	}
	if err := s.countsAt(now); err != nil {
		return Statement{}, err
	}
	return s, nil
}

// read takes the exact names, each once, and no others: what is not signed says nothing.
func read(data []byte) (w wire, err error) {
	if len(data) > MaxBytes || json.Unmarshal(data, &w, json.RejectUnknownMembers(true)) != nil {
		return wire{}, fmt.Errorf("%w: malformed", ErrInvalid)
	}
	return w, nil
}

// verify checks that the key is the registrar's, and the signature the key's.
func (w wire) verify(registrar did.DID) error {
	key, err := did.DecodePublicKey(w.RegistrarKey)
	if err != nil || !registrar.BoundTo(key) {
		return fmt.Errorf("%w: the registrar's DID does not follow from the key that is given", ErrInvalid)
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(w.Signature)
	if err != nil || len(signature) != ed25519.SignatureSize || !ed25519.Verify(key, w.payload(), signature) {
		return fmt.Errorf("%w: the signature does not verify", ErrInvalid)
	}
	return nil
}

func (w wire) statement(registrar, d did.DID) (Statement, error) {
	key, err := did.DecodePublicKey(w.PublicKey)
	if err != nil {
		return Statement{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	s := Statement{DID: d, Key: key, Registrar: registrar}
	for _, t := range []struct {
		text string
		into *time.Time
	}{{w.Since, &s.Since}, {w.IssuedAt, &s.IssuedAt}, {w.ExpiresAt, &s.ExpiresAt}} {
		if *t.into, err = time.Parse(stamp, t.text); err != nil || t.into.Format(stamp) != t.text {
			return Statement{}, fmt.Errorf("%w: a time is malformed", ErrInvalid)
		}
	}
	return s, nil
}

func (s Statement) countsAt(now time.Time) error {
	lives := s.ExpiresAt.Sub(s.IssuedAt)
	switch {
	case lives <= 0 || lives > Lifetime || s.Since.After(s.IssuedAt):
		return fmt.Errorf("%w: it would count for another time than statements do", ErrInvalid)
	case !now.Before(s.ExpiresAt) || s.IssuedAt.After(now.Add(leeway)):
		return fmt.Errorf("%w: from %s to %s", ErrOutdated, s.IssuedAt.Format(stamp), s.ExpiresAt.Format(stamp))
	}
	return nil
}
