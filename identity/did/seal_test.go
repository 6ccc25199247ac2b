package did_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
)

// What is sealed is read by whoever has the key and says what it is, and by nobody else.
func TestSealedIsForTheKeyAndThePurpose(t *testing.T) {
	ours, err := did.GenerateKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	others, err := did.GenerateKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := ours.Seal("a secret", []byte("s3cret"))
	if err != nil || bytes.Contains(sealed, []byte("s3cret")) {
		t.Fatalf("%q, %v", sealed, err)
	}
	again, err := ours.Seal("a secret", []byte("s3cret"))
	if err != nil || bytes.Equal(again, sealed) {
		t.Errorf("the same twice, %v", err)
	}
	if text, err := ours.Unseal("a secret", sealed); err != nil || string(text) != "s3cret" {
		t.Errorf("%q, %v", text, err)
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := ours.Unseal("a secret", changed); !errors.Is(err, did.ErrSealed) {
			t.Errorf("byte %d changed: %v", i, err)
		}
	}
	for name, err := range map[string]error{
		"another key":     second(others.Unseal("a secret", sealed)),
		"another purpose": second(ours.Unseal("another secret", sealed)),
		"nothing":         second(ours.Unseal("a secret", nil)),
		"cut off":         second(ours.Unseal("a secret", sealed[:20])),
	} {
		if !errors.Is(err, did.ErrSealed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second(_ []byte, err error) error { return err }
