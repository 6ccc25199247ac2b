package oidc

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"
	"time"

	"filippo.io/edwards25519"
	"github.com/MicahParks/jwkset"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/oauth"
)

const (
	maxKeys    = 256
	minRSABits = 2048
	maxRSABits = 8192 // verification time grows with the square
)

// verificationKey is one usable key of an issuer.
type verificationKey struct {
	id        string
	algorithm string // "" when the issuer did not bind the key to one
	public    crypto.PublicKey
}

func (k verificationKey) serves(a algorithm) bool {
	return (k.algorithm == "" || k.algorithm == a.name) && a.fits(k.public)
}

// keySet is what an issuer published at one moment. It is never changed.
type keySet struct {
	keys      []verificationKey
	byID      map[string][]verificationKey
	fetchedAt time.Time
}

// find returns the key for a token's kid and algorithm. A token without kid is
// served only if there is exactly one key it can mean.
func (s *keySet) find(kid *string, a algorithm) (crypto.PublicKey, error) {
	candidates := s.keys
	if kid != nil {
		candidates = s.byID[*kid]
	}
	var found []crypto.PublicKey
	for _, k := range candidates {
		if k.serves(a) {
			found = append(found, k.public)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case kid == nil:
		return nil, fmt.Errorf("%w: it has no key id and the issuer has %d keys for %s", oauth.ErrUnknownKey, len(found), a.name)
	case len(candidates) > 0:
		return nil, fmt.Errorf("%w: key %q of the issuer is not for %s", oauth.ErrUnknownKey, clip(*kid), a.name)
	default:
		return nil, fmt.Errorf("%w: the issuer has no key %q", oauth.ErrUnknownKey, clip(*kid))
	}
}

// skippedKey says why a published key is not used.
type skippedKey struct {
	ID     string
	Reason string
}

// parseKeySet reads a JWK Set (RFC 7517 section 5). A key that cannot be used is
// skipped, as section 5 demands; a document that is not a JWK Set, or has no
// usable key, is an error.
func parseKeySet(data []byte, allowed algorithmSet) (*keySet, []skippedKey, error) {
	var doc struct {
		Keys []jsontext.Value `json:"keys"`
	}
	if err := unmarshalObject(data, &doc); err != nil {
		return nil, nil, fmt.Errorf("%w: the JWK Set %v", oauth.ErrInvalidResponse, err)
	}
	if len(doc.Keys) > maxKeys {
		return nil, nil, fmt.Errorf("%w: the JWK Set has %d keys, at most %d are read", oauth.ErrInvalidResponse, len(doc.Keys), maxKeys)
	}
	set := &keySet{byID: make(map[string][]verificationKey)}
	var skipped []skippedKey
	for _, raw := range doc.Keys {
		key, err := parseKey(raw, allowed)
		if err == nil && set.ambiguous(key, allowed) {
			err = errKeyAmbiguous
		}
		if err != nil {
			skipped = append(skipped, skippedKey{ID: key.id, Reason: err.Error()})
			continue
		}
		set.keys = append(set.keys, key)
		set.byID[key.id] = append(set.byID[key.id], key)
	}
	if len(set.keys) == 0 {
		return nil, skipped, fmt.Errorf("%w: none of the %d keys in the JWK Set can be used%s", oauth.ErrInvalidResponse, len(doc.Keys), firstReason(skipped))
	}
	return set, skipped, nil
}

func firstReason(skipped []skippedKey) string {
	if len(skipped) == 0 {
		return ""
	}
	return fmt.Sprintf("; the first: %s", skipped[0].Reason)
}

// ambiguous reports whether the set has a key with the same id that could be
// meant instead of this one. Keys of different types may share an id (RFC 7517
// section 4.5).
func (s *keySet) ambiguous(key verificationKey, allowed algorithmSet) bool {
	if key.id == "" {
		return false
	}
	return slices.ContainsFunc(s.byID[key.id], func(k verificationKey) bool {
		return slices.ContainsFunc(allowed, func(a algorithm) bool { return k.serves(a) && key.serves(a) })
	})
}

// Why a key is skipped.
var (
	errKeyMalformed = errors.New("not a JSON Web Key that can be read")
	errKeyUse       = errors.New("not for signatures (use or key_ops)")
	errKeyPrivate   = errors.New("the issuer publishes its private part")
	errKeyWeak      = errors.New("too weak, or malformed mathematically")
	errKeyAlgorithm = errors.New("not for one of the configured algorithms")
	errKeyAmbiguous = errors.New("another key has the same id")
)

// parseKey reads one JWK. The key id is returned beside an error where it is
// known, for the log.
func parseKey(raw jsontext.Value, allowed algorithmSet) (verificationKey, error) {
	var m jwkset.JWKMarshal
	if raw.Kind() != '{' || json.Unmarshal(raw, &m) != nil || len(m.KID) > maxKeyIDBytes {
		return verificationKey{}, errKeyMalformed
	}
	key := verificationKey{id: m.KID, algorithm: m.ALG.String()}
	if (m.USE != "" && m.USE != jwkset.UseSig) || (len(m.KEYOPS) > 0 && !slices.Contains(m.KEYOPS, jwkset.KeyOpsVerify)) {
		return key, errKeyUse
	}
	// A private key that everybody can read signs for everybody.
	if m.D != "" || m.K != "" || m.P != "" || m.Q != "" {
		return key, errKeyPrivate
	}
	// Certificates beside a key are not looked at: what names the issuer is the
	// address the key came from.
	m.X5C, m.X5T, m.X5TS256, m.X5U, m.KEYOPS = nil, "", "", "", nil
	jwk, err := jwkset.NewJWKFromMarshal(m, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{})
	if err != nil {
		return key, errKeyMalformed
	}
	key.public = jwk.Key()
	if !strong(key.public) {
		return key, errKeyWeak
	}
	if key.algorithm != "" {
		a, ok := allowed.find(key.algorithm)
		if !ok || !a.fits(key.public) {
			return key, errKeyAlgorithm
		}
	} else if !allowed.fitsAny(key.public) {
		return key, errKeyAlgorithm
	}
	return key, nil
}

// strong refuses keys under which a signature proves little: short RSA moduli
// (RFC 7518 section 3.3), exponents that are even or 1, and Ed25519 points of small
// order. Points of ECDSA keys are checked to be on their curve when parsed.
func strong(key crypto.PublicKey) bool {
	switch k := key.(type) {
	case *rsa.PublicKey:
		bits := k.N.BitLen()
		return bits >= minRSABits && bits <= maxRSABits && k.N.Bit(0) == 1 && k.E >= 3 && k.E&1 == 1
	case ed25519.PublicKey:
		p, err := new(edwards25519.Point).SetBytes(k)
		return err == nil && new(edwards25519.Point).MultByCofactor(p).Equal(edwards25519.NewIdentityPoint()) == 0
	default:
		return true
	}
}
