package pins_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/egress/pins"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
)

const address = "https://critic.example:3773"

func open(t *testing.T) (*pins.Store, string) {
	t.Helper()
	path := t.TempDir()
	if err := os.Chmod(path, 0o700); err != nil {
		t.Fatal(err)
	}
	dir, err := safefile.OpenDir(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := pins.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s, filepath.Join(path, pins.Dir)
}

func TestAPinIsKeptUntilItIsForgotten(t *testing.T) {
	s, path := open(t)
	if p, err := s.Get(address); err != nil || !p.DID.IsZero() {
		t.Fatalf("%+v, %v", p, err)
	}
	k, err := did.GenerateKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	d, err := did.FromPublicKey("ada@example.com", "critic", k.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	want := pins.Pin{DID: d, Key: k.PublicKey(), Signs: true, Since: time.Unix(1_800_000_000, 0).UTC()}
	for _, p := range []pins.Pin{{DID: d, Since: want.Since}, want} {
		if err := s.Set(address, p); err != nil {
			t.Fatal(err)
		}
		got, err := s.Get(address)
		if err != nil || got.DID != p.DID || !got.Key.Equal(p.Key) || got.Signs != p.Signs || !got.Since.Equal(p.Since) {
			t.Errorf("%+v, %v; want %+v", got, err, p)
		}
	}
	if other, err := s.Get(address + "/x"); err != nil || !other.DID.IsZero() {
		t.Errorf("of another address: %+v, %v", other, err)
	}
	names, err := filepath.Glob(filepath.Join(path, "*.json"))
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	if info, err := os.Stat(names[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if known, err := s.Forget(address); !known || err != nil {
		t.Errorf("%v, %v", known, err)
	}
	if known, err := s.Forget(address); known || err != nil {
		t.Errorf("again: %v, %v", known, err)
	}
}

// What cannot be read is not taken for nothing: somebody else would be met as the first.
func TestADamagedPinIsNotNothing(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "no JSON": "{", "of another address": `{"address":"https://x","did":"did:x:y","since":"2026-01-01T00:00:00Z"}`,
		"no DID":            `{"address":"` + address + `","did":"","since":"2026-01-01T00:00:00Z"}`,
		"a bad key":         `{"address":"` + address + `","did":"did:x:y","public_key":"x","since":"2026-01-01T00:00:00Z"}`,
		"an unknown member": `{"address":"` + address + `","did":"did:x:y","since":"2026-01-01T00:00:00Z","more":1}`,
	} {
		s, path := open(t)
		d, err := did.Parse("did:x:y")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Set(address, pins.Pin{DID: d}); err != nil {
			t.Fatal(err)
		}
		names, _ := filepath.Glob(filepath.Join(path, "*.json"))
		if err := os.WriteFile(names[0], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(address); !errors.Is(err, pins.ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
		if known, err := s.Forget(address); !known || err != nil {
			t.Errorf("%s is not forgotten: %v", name, err)
		}
	}
}
