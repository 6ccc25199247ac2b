package registrar

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"

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

// Fingerprint is how people compare keys: that of OpenSSH, over the 32 bytes.
func Fingerprint(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

// registrable reports whether a DID can be a client id. A percent sign could be
// decoded on the way to the authorization server, into the id of another client.
func registrable(d did.DID) bool {
	for i := range len(d.String()) {
		if d.String()[i] == '%' {
			return false
		}
	}
	return !d.IsZero()
}
