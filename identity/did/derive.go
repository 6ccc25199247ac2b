package did

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"strings"
	"unicode"

	"github.com/google/uuid"
)

// FromAuthorAndName returns the DID that agents of the Python reference give
// themselves: its last segment is [AgentIDFromAuthorAndName], so anybody who
// knows both can claim it. An author or name that does not become a plain DID
// segment is [ErrMalformed].
func FromAuthorAndName(author, name string) (DID, error) {
	return build(author, name, AgentIDFromAuthorAndName(author, name))
}

// FromPublicKey returns the DID whose last segment is derived from the key:
// nobody without the key can claim it. Errors: [ErrMalformed] as for
// [FromAuthorAndName], [ErrPublicKey], [ErrWeakKey].
func FromPublicKey(author, name string, pub ed25519.PublicKey) (DID, error) {
	if err := checkPublicKey(pub); err != nil {
		return DID{}, err
	}
	return build(author, name, AgentIDFromPublicKey(pub))
}

// BoundTo reports whether the last segment of d is derived from pub.
func (d DID) BoundTo(pub ed25519.PublicKey) bool {
	return len(pub) == ed25519.PublicKeySize && d.LastSegment() == AgentIDFromPublicKey(pub)
}

// AgentIDFromAuthorAndName returns the first 16 bytes of SHA-256("author:name")
// as UUID text. The inputs are hashed as given, not sanitised, and no version
// bits are set.
func AgentIDFromAuthorAndName(author, name string) string {
	return agentID([]byte(author + ":" + name))
}

// AgentIDFromPublicKey returns the first 16 bytes of SHA-256 of the raw public
// key as UUID text, without version bits.
func AgentIDFromPublicKey(pub ed25519.PublicKey) string {
	return agentID(pub)
}

func agentID(b []byte) string {
	sum := sha256.Sum256(b)
	return uuid.UUID(sum[:16]).String()
}

func build(author, name, id string) (DID, error) {
	a, err := Segment("author", author)
	if err != nil {
		return DID{}, err
	}
	n, err := Segment("name", name)
	if err != nil {
		return DID{}, err
	}
	return Parse("did:bindu:" + a + ":" + n + ":" + id)
}

// Segment returns the segment that an author or a name becomes, which the error
// calls what: lower-cased, with ' ', '@' and '.' replaced, and nothing else. What is
// left must be one segment without percent-encoding: a colon would shift the
// segments behind it, and letters outside ASCII lower-case differently in
// every language (U+212A even becomes an ASCII k). Errors: [ErrMalformed].
func Segment(what, s string) (string, error) {
	for _, r := range s {
		if r > unicode.MaxASCII || !isIDChar(byte(r)) && r != ' ' && r != '@' {
			return "", fmt.Errorf("%w: %s has %#U, which a DID cannot hold; use letters (a to z), digits, ' ', '@', '.', '-' and '_'", ErrMalformed, what, r)
		}
	}
	if s == "" {
		return "", fmt.Errorf("%w: %s is empty", ErrMalformed, what)
	}
	return strings.NewReplacer(" ", "_", "@", "_at_", ".", "_").Replace(strings.ToLower(s)), nil
}
