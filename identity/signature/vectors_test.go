package signature

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
)

// The vectors hold timestamps and DIDs that the reference signs and we refuse
// to read; their payload is still checked where it fits an int64.
func TestRequestSignatureVectors(t *testing.T) {
	for _, v := range readVectors(t, "bindu-request-signatures.json") {
		t.Run(v.Name, func(t *testing.T) {
			timestamp, err := strconv.ParseInt(v.Timestamp, 10, 64)
			_, refused := ParseTimestamp(v.Timestamp)
			if (timestamp < 0 || err != nil) != errors.Is(refused, ErrTimestamp) {
				t.Errorf("ParseTimestamp(%s): %v", v.Timestamp, refused)
			}
			if err != nil {
				t.Logf("timestamp %s is refused, nothing more to check", v.Timestamp)
				return
			}
			body, payload := v.Body, v.Payload
			if got := appendReference(nil, body, v.DID, timestamp); !bytes.Equal(got, payload) {
				t.Fatalf("payload %q\nwant    %q", got, payload)
			}
			seed, err := hex.DecodeString(v.SeedHex)
			if err != nil {
				t.Fatal(err)
			}
			k, err := did.KeyPairFromSeed(seed)
			if err != nil {
				t.Fatal(err)
			}
			made, err := k.SignRequest(payload)
			if err != nil || did.EncodePublicKey(k.PublicKey()) != v.PublicKey || made != v.Signature {
				t.Error("key or signature differs")
			}
			d, err := did.Parse(v.DID)
			if err != nil {
				t.Logf("DID %q is refused, as it should be", v.DID)
				return
			}
			r := Request{DID: d, Timestamp: timestamp, Body: body}
			if got, err := Verify(k.PublicKey(), Reference, r, v.Signature); err != nil || !bytes.Equal(got, body) {
				t.Errorf("Verify = %q, %v", got, err)
			}
		})
	}
}

type vector struct {
	Name, DID, Timestamp string
	SeedHex              string `json:"seed_hex"`
	PublicKey            string `json:"public_key_base58"`
	Body                 []byte `json:"body_base64"`
	Payload              []byte `json:"payload_base64"`
	Signature            string `json:"signature_base58"`
}

// readVectors reads vectors that were made by running the Python reference.
// They are not part of the repository; its own fixtures cover the same ground.
func readVectors(t *testing.T, name string) []vector {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "vectors", name)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("SKIPPED: vectors of the Python reference are not here (%s); the fixtures of this repository still run", path)
	}
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return file.Vectors
}
