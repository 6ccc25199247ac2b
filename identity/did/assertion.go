package did

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
)

// ErrAssertionKey reports a document whose assertion key is not shown to belong
// to the key that is registered for the DID.
var ErrAssertionKey = errors.New("assertion key is not bound to the registered key")

// AssertionKey is the second key of an agent. It signs what formats of others
// fix, such as JWS, and nothing of ours: with a key for each, no signature in one
// kind of format is one in the other. It never prints its private half.
type AssertionKey struct{ pair *KeyPair }

// assertionLabel and statementName are part of the wire format: with others the
// keys and statements of running agents would change.
const (
	assertionLabel = "bindu assertion key 1"
	statementName  = "assertion-key-1"
)

// Assertion returns the assertion key of k: HKDF-SHA256 (RFC 5869) of the seed,
// without salt, labelled "bindu assertion key 1". Nothing of k follows from it.
func (k *KeyPair) Assertion() (*AssertionKey, error) {
	seed, err := hkdf.Key(sha256.New, k.private().Seed(), nil, assertionLabel, ed25519.SeedSize)
	if err != nil {
		return nil, fmt.Errorf("deriving the assertion key: %w", err)
	}
	pair, err := KeyPairFromSeed(seed)
	return &AssertionKey{pair}, err
}

// PublicKey returns a copy of the public half.
func (a *AssertionKey) PublicKey() ed25519.PublicKey { return a.pair.PublicKey() }

// AssertionKeyID returns the id of d's assertion key in its DID document, by which
// formats of others name it (kid).
func AssertionKeyID(d DID) string { return d.String() + assertionFragment }

// SignJWS returns the 64 bytes of the signature over the signing input of a JWS (RFC
// 7515 section 5.1): what is protected and the payload, both in base64url, with a dot
// between them. Package jws makes both. Anything else is refused.
func (a *AssertionKey) SignJWS(input []byte) ([]byte, error) {
	return a.pair.signature(formatJWS, input)
}

// VerifyJWS checks a signature made by [AssertionKey.SignJWS]. Errors: [ErrPublicKey],
// [ErrWeakKey], [ErrSignatureMalformed], [ErrSignatureMismatch].
func VerifyJWS(pub ed25519.PublicKey, input, signature []byte) error {
	if err := checkPublicKey(pub); err != nil {
		return err
	}
	if len(signature) != ed25519.SignatureSize {
		return fmt.Errorf("%w: %d bytes instead of %d", ErrSignatureMalformed, len(signature), ed25519.SignatureSize)
	}
	if formatJWS.check(input) != nil || !ed25519.Verify(pub, input, signature) {
		return ErrSignatureMismatch
	}
	return nil
}

// statement is what binds an assertion key to a DID: the byte 0xFF, the name
// "assertion-key-1" and the RFC 8785 form of {"did", "key"}, signed by the
// registered key. The key is in base58. No member needs an escape.
func statement(d DID, key ed25519.PublicKey) []byte {
	return fmt.Appendf(AppendTag(nil, statementName), `{"did":"%s","key":"%s"}`, d, EncodePublicKey(key))
}

// DeclaresAssertionKey reports whether the document binds an assertion key to the DID,
// as its own word has it. Documents of other makers have no statement.
func (doc *Document) DeclaresAssertionKey() bool {
	return slices.ContainsFunc(doc.VerificationMethod, func(m VerificationMethod) bool { return m.Statement != "" })
}

// AssertionKey returns the key with which the DID's agent signs what formats of
// others fix. registered is the key that is registered for d. A document of
// another DID, without exactly one assertion method, or without a statement by
// registered that names both, is [ErrAssertionKey].
func (doc *Document) AssertionKey(d DID, registered ed25519.PublicKey) (ed25519.PublicKey, error) {
	method, err := doc.assertionMethod(d)
	if err != nil {
		return nil, err
	}
	key, err := fromMultibase(method.PublicKeyMultibase)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAssertionKey, err)
	}
	sig, err := OpenSignature(registered, method.Statement)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAssertionKey, err)
	}
	if !ed25519.Verify(registered, statement(d, key), sig) {
		return nil, fmt.Errorf("%w: its statement does not verify", ErrAssertionKey)
	}
	return key, nil
}

func (doc *Document) assertionMethod(d DID) (VerificationMethod, error) {
	if d.IsZero() || doc.ID != d.String() {
		return VerificationMethod{}, fmt.Errorf("%w: the document is another DID's", ErrAssertionKey)
	}
	if len(doc.AssertionMethod) != 1 {
		return VerificationMethod{}, fmt.Errorf("%w: %d assertion methods", ErrAssertionKey, len(doc.AssertionMethod))
	}
	named := func(m VerificationMethod) bool { return m.ID == doc.AssertionMethod[0] }
	i := slices.IndexFunc(doc.VerificationMethod, named)
	if i < 0 || slices.ContainsFunc(doc.VerificationMethod[i+1:], named) {
		return VerificationMethod{}, fmt.Errorf("%w: not exactly one verification method has its id", ErrAssertionKey)
	}
	if m := doc.VerificationMethod[i]; m.Controller != doc.ID || m.Type != keyType {
		return VerificationMethod{}, fmt.Errorf("%w: it is controlled by somebody else, or of another type", ErrAssertionKey)
	}
	return doc.VerificationMethod[i], nil
}
