package signature_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mr-tron/base58"
	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/identity/did"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const zeroSeed = "0000000000000000000000000000000000000000000000000000000000000000"

func keyPair(t testing.TB, seedHex string) *did.KeyPair {
	t.Helper()
	seed, err := hex.DecodeString(seedHex)
	if err != nil {
		t.Fatal(err)
	}
	k, err := did.KeyPairFromSeed(seed)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// rawSign signs whatever it is given, as holders of a key can who are not us.
func rawSign(t testing.TB, seedHex, message string) []byte {
	t.Helper()
	seed, err := hex.DecodeString(seedHex)
	if err != nil {
		t.Fatal(err)
	}
	return ed25519.Sign(ed25519.NewKeyFromSeed(seed), []byte(message))
}

func mustParse(t testing.TB, s string) did.DID {
	t.Helper()
	d, err := did.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// readFixture decodes a golden file of this repository.
func readFixture[T any](t testing.TB, name string) T {
	t.Helper()
	return readJSON[T](t, filepath.Join("..", "..", "testdata", "fixtures", name))
}

func readJSON[T any](t testing.TB, path string) T {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return v
}

func nested(depth int) []byte {
	return []byte(strings.Repeat("[", depth) + strings.Repeat("]", depth))
}

// worst is how many times an ordinary input of its length any input may cost.
const worst = 25

func base64Of(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

func encoded(sig []byte) string { return base58.Encode(sig) }
