package did

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// fingerprintPrefix names the hash.
const fingerprintPrefix = "SHA256:"

// Fingerprint is how people compare keys: SHA-256 over the 32 bytes of the key, in
// base64 without padding, as ssh-keygen writes it.
func Fingerprint(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return fingerprintPrefix + base64.RawStdEncoding.EncodeToString(sum[:])
}

// IsFingerprint reports whether a text can be the [Fingerprint] of a key.
func IsFingerprint(text string) bool {
	encoded, named := strings.CutPrefix(text, fingerprintPrefix)
	if !named || len(encoded) != base64.RawStdEncoding.EncodedLen(sha256.Size) {
		return false
	}
	sum, err := base64.RawStdEncoding.Strict().DecodeString(encoded)
	return err == nil && len(sum) == sha256.Size // line ends are left out of what is decoded
}
