package did_test

import (
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/costtest"
)

func BenchmarkCanonicalJSONWorst(b *testing.B) {
	const size = 1 << 20
	inputs := costtest.All(size, did.MaxDepth)
	costtest.Bench(b, inputs, func(body []byte) { _, _ = did.CanonicalJSON(body) })
}
