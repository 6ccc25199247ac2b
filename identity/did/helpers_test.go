package did_test

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

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

func signText(t testing.TB, k *did.KeyPair, text string) string {
	t.Helper()
	signature, err := did.SignText(k, text)
	if err != nil {
		t.Fatal(err)
	}
	return signature
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

const caller, recipient = "did:bindu:docs:caller:1", "did:bindu:docs:recipient:2"
