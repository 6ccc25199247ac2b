package revocation

import (
	"encoding/base64"
	"errors"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/getbindu/bindu-go/identity/did"
)

// Whoever has another key can sign all that a registrar can, its name included. It is
// believed for no DID but its own, also for one that does not follow from any key.
func TestAnotherKeySaysNothing(t *testing.T) {
	key := func(first byte) *did.KeyPair {
		k, err := did.KeyPairFromSeed(append([]byte{first}, make([]byte, 31)...))
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	named := func(text string) did.DID {
		d, err := did.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	bound, err := did.FromPublicKey("author", "registrar", key(0).PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	forger, follower := key(9), named("did:bindu:author:alice:1")
	for name, registrar := range map[string]did.DID{
		"the registrar's name":            bound,
		"a name that follows from no key": named("did:bindu:author:registrar:1"),
	} {
		t.Run(name, func(t *testing.T) {
			w := wire{
				Epoch: "E", Events: []wireEvent{}, Follower: follower.String(), Head: 1, IssuedAt: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC).Format(stamp),
				Number: 1, Registrar: registrar.String(), RegistrarKey: did.EncodePublicKey(forger.PublicKey()), Stream: "S",
			}
			text, err := forger.SignTagged("revocations-1", w.payload())
			if err != nil {
				t.Fatal(err)
			}
			raw, err := did.OpenSignature(forger.PublicKey(), text)
			if err != nil {
				t.Fatal(err)
			}
			w.Signature = base64.RawURLEncoding.EncodeToString(raw)
			data, err := json.Marshal(w)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Verify(data, registrar, follower, "S"); !errors.Is(err, ErrInvalid) {
				t.Errorf("it counts: %v", err)
			}
			w.Signature = base64.RawURLEncoding.EncodeToString(make([]byte, 64))
			if data, err = json.Marshal(w); err != nil {
				t.Fatal(err)
			}
			if _, err := Verify(data, registrar, follower, "S"); !errors.Is(err, ErrInvalid) {
				t.Errorf("it counts without a signature: %v", err)
			}
		})
	}
}

// The right key without a signature says nothing either.
func TestAnUnsignedMessageSaysNothing(t *testing.T) {
	k, err := did.KeyPairFromSeed(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	registrar, err := did.FromPublicKey("author", "registrar", k.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	m := Message{Registrar: registrar, Follower: registrar, Stream: "S", Number: 1, Epoch: "E", Head: 1, Issued: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)}
	data, err := m.Sign(k)
	if err != nil {
		t.Fatal(err)
	}
	var w wire
	if err := json.Unmarshal(data, &w); err != nil {
		t.Fatal(err)
	}
	w.Signature = base64.RawURLEncoding.EncodeToString(make([]byte, 64))
	if data, err = json.Marshal(w); err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(data, registrar, registrar, "S"); !errors.Is(err, ErrInvalid) {
		t.Errorf("it counts: %v", err)
	}
}
