package did_test

import (
	"crypto/ed25519"
	"errors"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
)

func TestSignTextFixtures(t *testing.T) {
	file := readFixture[struct {
		SeedHex string `json:"seed_hex"`
		Vectors []struct {
			Name, Text string
			Signature  string `json:"signature_base58"`
		}
		Refused []struct{ Name, Text, Reason string }
	}](t, "artifact-signatures.json")
	k := keyPair(t, file.SeedHex)
	for _, v := range file.Vectors {
		if got := signText(t, k, v.Text); got != v.Signature {
			t.Errorf("%s: %s, want %s", v.Name, got, v.Signature)
		}
		if err := did.VerifyText(k.PublicKey(), v.Text, v.Signature); err != nil {
			t.Errorf("%s: %v", v.Name, err)
		}
		if err := did.VerifyText(k.PublicKey(), v.Text+" ", v.Signature); !errors.Is(err, did.ErrSignatureMismatch) {
			t.Errorf("%s with another text: %v", v.Name, err)
		}
	}
	for _, v := range file.Refused {
		var refused *did.TextError
		if _, err := did.SignText(k, v.Text); !errors.As(err, &refused) || refused.Reason != v.Reason {
			t.Errorf("%s: %v, want a refusal as %s", v.Name, err, v.Reason)
		}
	}
	if len(file.Refused) == 0 {
		t.Error("no refused texts in the fixtures")
	}
}

func TestVerifyTextRefusesBadKeys(t *testing.T) {
	sig := signText(t, keyPair(t, zeroSeed), "text")
	if err := did.VerifyText(nil, "text", sig); !errors.Is(err, did.ErrPublicKey) {
		t.Errorf("no key: %v", err)
	}
	if err := did.VerifyText(make(ed25519.PublicKey, 32), "text", sig); !errors.Is(err, did.ErrWeakKey) {
		t.Errorf("weak key: %v", err)
	}
}
