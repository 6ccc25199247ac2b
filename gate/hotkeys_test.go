package gate_test

import (
	"math/big"
	"net/http"
	"slices"
	"testing"

	"github.com/mr-tron/base58"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/hotkeys"
	"github.com/getbindu/bindu-go/identity/signature"
)

// TestAHotKeyOpensNothingMore: what is no signature of a request is refused with the same
// word while its key has no table and once it has one, and many requests change nothing.
func TestAHotKeyOpensNothingMore(t *testing.T) {
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	changes := map[string]func(sig []byte) []byte{
		"a bit of R": func(sig []byte) []byte { sig[0] ^= 1; return sig },
		"a bit of S": func(sig []byte) []byte { sig[40] ^= 1; return sig },
		"S + L": func(sig []byte) []byte { // the same number modulo L
			s := slices.Clone(sig[32:])
			slices.Reverse(s)
			more := new(big.Int).Add(new(big.Int).SetBytes(s), order).FillBytes(make([]byte, 32))
			slices.Reverse(more)
			return append(sig[:32], more...)
		},
		"nothing": func(sig []byte) []byte { clear(sig); return sig },
	}
	b := newBench(t, func(c *gate.Config) {
		c.VerifySignature = hotkeys.New(4).Verify
		c.Replay = openReplay{}
	})
	for round := range 3 {
		for range 40 {
			if w, _ := b.do(b.request(signature.Reference, testBody)); w.Code != http.StatusOK {
				t.Fatalf("round %d: a good request is answered %d %s", round, w.Code, w.Body)
			}
		}
		for name, change := range changes {
			r := b.request(signature.Reference, testBody)
			sig, err := base58.Decode(r.Header.Get("X-DID-Signature"))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("X-DID-Signature", base58.Encode(change(sig)))
			if w, got := b.do(r); w.Code != http.StatusForbidden || got.Error.Data.Reason != string(gate.CryptoMismatch) {
				t.Errorf("round %d, %s: %d %s", round, name, w.Code, w.Body)
			}
		}
	}
}
