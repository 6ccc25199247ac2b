package home

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/getbindu/bindu-go/egress/pins"
)

// SecretFile is the name of the file with what local programs show on a port.
const SecretFile = "egress.secret"

// ErrSecret: the file of the secret holds none.
var ErrSecret = errors.New("no secret for local programs")

const (
	secretBytes = 32
	secretLimit = 1 << 10
)

// LocalSecret returns the secret of local programs, which is made where there is none.
// Errors: [ErrSecret], those of the directory.
func (h *Home) LocalSecret(random io.Reader) (string, error) {
	data, err := h.dir.ReadFile(SecretFile, 0o600, secretLimit)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return h.makeSecret(random)
	case err != nil:
		return "", err
	}
	secret := strings.TrimSuffix(string(data), "\n")
	if raw, err := base64.RawURLEncoding.DecodeString(secret); err != nil || len(raw) < secretBytes || strings.ContainsAny(secret, "\r\n") {
		return "", fmt.Errorf("%w: %s in %s is not %d bytes in base64url; delete it, and the next start makes one", ErrSecret, SecretFile, h.Path(), secretBytes)
	}
	return secret, nil
}

func (h *Home) makeSecret(random io.Reader) (string, error) {
	raw := make([]byte, secretBytes)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", err
	}
	secret := base64.RawURLEncoding.EncodeToString(raw)
	return secret, h.dir.WriteFile(SecretFile, []byte(secret+"\n"), 0o600)
}

// Pins is where it is kept who was met first at the address of each peer. Errors: those of
// [pins.Open].
func (h *Home) Pins() (*pins.Store, error) { return pins.Open(h.dir) }
