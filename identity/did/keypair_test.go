package did_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
)

func TestGenerateKeyPairUsesItsReader(t *testing.T) {
	seed := bytes.Repeat([]byte{7}, 32)
	k, err := did.GenerateKeyPair(bytes.NewReader(seed))
	if err != nil {
		t.Fatal(err)
	}
	if want := ed25519.NewKeyFromSeed(seed).Public(); !k.PublicKey().Equal(want) {
		t.Errorf("public key %x, want %x", k.PublicKey(), want)
	}
	if _, err := did.GenerateKeyPair(bytes.NewReader(seed[:31])); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("too little randomness: %v", err)
	}
	a, errA := did.GenerateKeyPair(nil)
	b, errB := did.GenerateKeyPair(nil)
	if errA != nil || errB != nil || a.PublicKey().Equal(b.PublicKey()) {
		t.Errorf("two system keys are equal, or errors %v, %v", errA, errB)
	}
}

func TestKeyPairFromSeedWantsItsLength(t *testing.T) {
	for _, n := range []int{0, 31, 33, 64} {
		if _, err := did.KeyPairFromSeed(make([]byte, n)); !errors.Is(err, did.ErrKeyCorrupt) {
			t.Errorf("seed of %d bytes: %v", n, err)
		}
	}
}

func TestPublicKeyIsACopy(t *testing.T) {
	k := keyPair(t, zeroSeed)
	k.PublicKey()[0] ^= 1
	if did.VerifyText(k.PublicKey(), "m", signText(t, k, "m")) != nil {
		t.Error("changing the returned public key changed the pair")
	}
}

func TestKeyPairNeverPrintsItsPrivateKey(t *testing.T) {
	seed := []byte("a seed that is easy to recognise")
	k, err := did.KeyPairFromSeed(seed)
	if err != nil {
		t.Fatal(err)
	}
	type holder struct {
		Key   did.KeyPair
		Ptr   *did.KeyPair
		inner did.KeyPair
	}
	var out strings.Builder
	for _, v := range []any{k, *k, holder{*k, k, *k}, &holder{*k, k, *k}, []any{k, *k}, map[string]any{"k": *k}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%c", "%p", "%t", "%T"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		json.NewEncoder(&out).Encode(v)
		slog.New(slog.NewTextHandler(&out, nil)).Info("key", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("key", "v", v)
	}
	text := out.String()
	decimal := strings.Trim(fmt.Sprintf("%d", seed), "[]")
	octal := strings.Trim(fmt.Sprintf("%o", seed), "[]")
	for _, secret := range []string{string(seed), hex.EncodeToString(seed), strings.ToUpper(hex.EncodeToString(seed)), decimal, octal, base64.StdEncoding.EncodeToString(seed)[:40]} {
		if strings.Contains(text, secret) {
			t.Errorf("the private key is printed as %q", secret)
		}
	}
	if !strings.Contains(text, did.EncodePublicKey(k.PublicKey())) {
		t.Error("the public key is not printed either: this test shows nothing")
	}
	var none *did.KeyPair
	if got := fmt.Sprint(none); !strings.Contains(got, "none") && !strings.Contains(got, "nil") {
		t.Errorf("nil pair prints %q", got)
	}
}
