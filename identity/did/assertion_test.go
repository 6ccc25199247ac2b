package did_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mr-tron/base58"

	"github.com/getbindu/bindu-go/identity/did"
)

// The derivation written out by hand, as RFC 5869 has it.
func TestAssertionKeyIsDerivedFromTheSeed(t *testing.T) {
	for _, seedHex := range []string{zeroSeed, strings.Repeat("01", 32)} {
		seed, err := hex.DecodeString(seedHex)
		if err != nil {
			t.Fatal(err)
		}
		mac := func(key, data []byte) []byte {
			h := hmac.New(sha256.New, key)
			h.Write(data)
			return h.Sum(nil)
		}
		derived := mac(mac(make([]byte, 32), seed), append([]byte("bindu assertion key 1"), 1))
		want := ed25519.NewKeyFromSeed(derived).Public().(ed25519.PublicKey)
		key, err := keyPair(t, seedHex).Assertion()
		if err != nil || !key.PublicKey().Equal(want) || key.PublicKey().Equal(keyPair(t, seedHex).PublicKey()) {
			t.Errorf("seed %s: %x, %v; want %x", seedHex, key.PublicKey(), err, want)
		}
	}
}

func TestDocumentBindsTheAssertionKey(t *testing.T) {
	doc, k := newDocument(t), keyPair(t, zeroSeed)
	want, err := k.Assertion()
	if err != nil {
		t.Fatal(err)
	}
	key, err := doc.AssertionKey(mustParse(t, caller), k.PublicKey())
	if err != nil || !key.Equal(want.PublicKey()) {
		t.Fatalf("%x, %v", key, err)
	}
	// The statement by hand: what a verifier in another language checks.
	statement := fmt.Sprintf("\xffassertion-key-1{\"did\":%q,\"key\":%q}", caller, did.EncodePublicKey(key))
	sig, err := base58.Decode(doc.VerificationMethod[1].Statement)
	if err != nil || !ed25519.Verify(k.PublicKey(), []byte(statement), sig) {
		t.Errorf("the statement is not %q: %v", statement, err)
	}
	object := []byte(statement)[len("\xffassertion-key-1"):]
	if canonical, err := did.CanonicalJSON(object); err != nil || !bytes.Equal(canonical, object) {
		t.Errorf("%s is not canonical: %v", object, err)
	}
}

func TestDocumentsThatDoNotBindTheirAssertionKey(t *testing.T) {
	k, other := keyPair(t, zeroSeed), keyPair(t, strings.Repeat("01", 32))
	stranger, err := did.NewDocument(mustParse(t, caller), other, time.Time{}, "")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, err := did.NewDocument(mustParse(t, recipient), k, time.Time{}, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*did.Document){
		"another DID's document": func(doc *did.Document) { *doc = *elsewhere },
		"another DID's statement": func(doc *did.Document) {
			doc.VerificationMethod[1].Statement = elsewhere.VerificationMethod[1].Statement
		},
		"another key's document": func(doc *did.Document) { *doc = *stranger },
		"another key's assertion key": func(doc *did.Document) {
			doc.VerificationMethod[1].PublicKeyMultibase = stranger.VerificationMethod[1].PublicKeyMultibase
		},
		"the registered key": func(doc *did.Document) {
			doc.VerificationMethod[1].PublicKeyMultibase = doc.VerificationMethod[0].PublicKeyMultibase
		},
		"no statement":        func(doc *did.Document) { doc.VerificationMethod[1].Statement = "" },
		"no assertion method": func(doc *did.Document) { doc.AssertionMethod = nil },
		"a second one": func(doc *did.Document) {
			doc.AssertionMethod = append(doc.AssertionMethod, doc.VerificationMethod[0].ID)
		},
		"the same one twice":      func(doc *did.Document) { doc.AssertionMethod = append(doc.AssertionMethod, doc.AssertionMethod[0]) },
		"the registered key's id": func(doc *did.Document) { doc.AssertionMethod = []string{doc.VerificationMethod[0].ID} },
		"an id of nothing":        func(doc *did.Document) { doc.AssertionMethod = []string{"#key-9"} },
		"two methods of one id": func(doc *did.Document) {
			doc.VerificationMethod = append(doc.VerificationMethod, doc.VerificationMethod[1])
		},
		"another controller": func(doc *did.Document) { doc.VerificationMethod[1].Controller = recipient },
		"another type":       func(doc *did.Document) { doc.VerificationMethod[1].Type = "JsonWebKey2020" },
		"a key that is none": func(doc *did.Document) { doc.VerificationMethod[1].PublicKeyMultibase = "z6Mk" },
		"a key of another kind": func(doc *did.Document) {
			doc.VerificationMethod[1].PublicKeyMultibase = "z" + base58.Encode(append([]byte{0xec, 1}, k.PublicKey()...))
		},
		"a weak key": func(doc *did.Document) {
			doc.VerificationMethod[1].PublicKeyMultibase = "z" + base58.Encode(append([]byte{0xed, 1}, make([]byte, 32)...))
		},
		"a long key": func(doc *did.Document) {
			doc.VerificationMethod[1].PublicKeyMultibase = "z" + strings.Repeat("z", 1<<20)
		},
	} {
		t.Run(name, func(t *testing.T) {
			doc := copied(t, newDocument(t))
			change(doc)
			if key, err := doc.AssertionKey(mustParse(t, caller), k.PublicKey()); !errors.Is(err, did.ErrAssertionKey) || key != nil {
				t.Errorf("%x, %v; want ErrAssertionKey", key, err)
			}
		})
	}
}

// TestTheAssertionKeySignsNothingButJWS: no bytes of another format, and no text of ours.
func TestTheAssertionKeySignsNothingButJWS(t *testing.T) {
	key, err := keyPair(t, zeroSeed).Assertion()
	if err != nil {
		t.Fatal(err)
	}
	const input = "eyJhbGciOiJFZERTQSJ9.e30" // {"alg":"EdDSA"} and {}
	sig, err := key.SignJWS([]byte(input))
	if err != nil || did.VerifyJWS(key.PublicKey(), []byte(input), sig) != nil {
		t.Fatalf("%x, %v", sig, err)
	}
	if err := did.VerifyJWS(keyPair(t, zeroSeed).PublicKey(), []byte(input), sig); !errors.Is(err, did.ErrSignatureMismatch) {
		t.Errorf("with the registered key: %v", err)
	}
	if err := did.VerifyJWS(key.PublicKey(), []byte(input), sig[:63]); !errors.Is(err, did.ErrSignatureMalformed) {
		t.Errorf("63 bytes: %v", err)
	}
	for name, payload := range map[string]string{
		"nothing": "", "a text": "hello", "a request": `{"body": "", "did": "did:a:b", "timestamp": 1}`,
		"jcs-1": `{"aud":"did:a:b"}`, "a tagged payload": "\xffassertion-key-1{}", "a digest pair": strings.Repeat("x", 64),
		"a signature base": `"@signature-params": ()`, "no dot": "eyJhbGciOiJFZERTQSJ9",
	} {
		t.Run(name, func(t *testing.T) {
			if sig, err := key.SignJWS([]byte(payload)); err == nil {
				t.Errorf("it is signed: %x", sig)
			}
		})
	}
}

func copied(t *testing.T, doc *did.Document) *did.Document {
	t.Helper()
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	var other did.Document
	if err := json.Unmarshal(raw, &other); err != nil {
		t.Fatal(err)
	}
	return &other
}

// FuzzAssertionKey reads documents of strangers: what is accepted is bound.
func FuzzAssertionKey(f *testing.F) {
	doc, err := json.Marshal(newDocument(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(doc)
	f.Add([]byte(`{"id":"did:bindu:docs:caller:1","assertionMethod":["#key-2"],"verificationMethod":[{"id":"#key-2"}]}`))
	k := keyPair(f, zeroSeed)
	own, err := k.Assertion()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var doc did.Document
		if json.Unmarshal(raw, &doc) != nil {
			return
		}
		if key, err := doc.AssertionKey(mustParse(t, caller), k.PublicKey()); err == nil && !key.Equal(own.PublicKey()) {
			t.Fatalf("%x is taken for the assertion key", key)
		}
	})
}
