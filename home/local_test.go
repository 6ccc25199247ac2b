package home_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/internal/safefile"
)

// The secret of local programs is made once, for nobody else to read.
func TestTheSecretOfLocalPrograms(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".bindu")
	h, err := home.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	first, err := h.LocalSecret(rand.Reader)
	if err != nil || len(first) != 43 {
		t.Fatalf("%d characters, %v", len(first), err)
	}
	if again, err := h.LocalSecret(bytes.NewReader(nil)); err != nil || again != first {
		t.Errorf("another one: %v", err)
	}
	file := filepath.Join(path, home.SecretFile)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	for _, text := range []string{"", "short\n", first + "\n\n", "not base64url: " + first + "\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := h.LocalSecret(rand.Reader); !errors.Is(err, home.ErrSecret) || got != "" {
			t.Errorf("%q: %v", text, err)
		}
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := h.LocalSecret(rand.Reader); !errors.Is(err, safefile.ErrInsecurePermissions) {
		t.Errorf("for others to read: %v", err)
	}
}
