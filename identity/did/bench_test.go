package did_test

import (
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
)

func BenchmarkDecodePublicKey(b *testing.B) {
	text := did.EncodePublicKey(keyPair(b, zeroSeed).PublicKey())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := did.DecodePublicKey(text); err != nil {
			b.Fatal(err)
		}
	}
}
