package signature_test

import (
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/costtest"
)

func BenchmarkVerifyWorst(b *testing.B) {
	for _, scheme := range signature.Schemes() {
		b.Run(string(scheme), func(b *testing.B) {
			verify := verifier(b, scheme)
			costtest.Bench(b, costtest.All(1<<20, did.MaxDepth), func(body []byte) { verify(body) })
		})
	}
}

// verifier returns what a request costs whose signature does not verify.
func verifier(t testing.TB, scheme signature.Scheme) func(body []byte) {
	k := keyPair(t, zeroSeed)
	r := baseRequest(t)
	sig := sign(t, scheme, r)
	pub := k.PublicKey()
	return func(body []byte) {
		r := r
		r.Body = body
		if _, err := signature.Verify(pub, scheme, r, sig); err == nil {
			t.Error("the signature verifies")
		}
	}
}

// The same of all that is done before a signature is known not to verify. The
// payload of the reference's scheme is up to six times the body: what is
// escaped is written out in it.
func TestHostile163SignatureThatDoesNotVerify(t *testing.T) {
	const size = 64 << 10
	for scheme, times := range map[signature.Scheme]int{signature.Octets1: 1, signature.JCS1: 4, signature.Reference: 6} {
		limit := costtest.Limit{Times: worst, Bytes: times*size + 64<<10}
		costtest.Bounded(t, costtest.All(size, did.MaxDepth), limit, verifier(t, scheme))
	}
}
