package registrar

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"github.com/getbindu/bindu-go/identity/did"
)

// newID returns 128 random bits as text.
func newID(random io.Reader) (string, error) { return randomText(random, 16) }

func randomText(random io.Reader, bytes int) (string, error) {
	b := make([]byte, bytes)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("registrar: reading random bytes: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// Fingerprint is how people compare keys: [did.Fingerprint].
func Fingerprint(key ed25519.PublicKey) string { return did.Fingerprint(key) }

// maxClientID is the longest client id that every database of Hydra keeps whole.
const maxClientID = 255

// registrable reports whether a DID can be a client id that is nobody else's. A percent
// sign could be decoded on the way to the authorization server, and there are databases
// that compare ids without case or cut them.
func registrable(d did.DID) bool {
	special := func(c rune) bool { return c == '%' || 'A' <= c && c <= 'Z' }
	return !d.IsZero() && len(d.String()) <= maxClientID && !strings.ContainsFunc(d.String(), special)
}
