package oidc_test

import (
	"testing"

	"github.com/getbindu/bindu-go/internal/oidctest"
	"github.com/getbindu/bindu-go/oauth/oidc"
)

// BenchmarkVerify is the cost of one token whose key is at hand.
func BenchmarkVerify(b *testing.B) {
	for _, algorithm := range []string{"RS256", "ES256", "EdDSA"} {
		b.Run(algorithm, func(b *testing.B) {
			server := oidctest.NewServer(b)
			w := world{server: server, issuer: server.Issuer(testIssuer, "")}
			w.issuer.SetKeys(oidctest.NewKey(b, "k", algorithm))
			v := w.newVerifier(b, func(c *oidc.Config) { c.Issuers[0].Algorithms = []string{algorithm} })
			token := w.issuer.Mint(claims(nil))
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := v.Verify(b.Context(), token); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

// BenchmarkRefuse is the cost of refusing a token before any cryptography.
func BenchmarkRefuse(b *testing.B) {
	w := newWorld(b, nil)
	token := w.issuer.MintWith(map[string]any{"alg": "none"}, claims(nil))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.verifier.Verify(b.Context(), token); err == nil {
			b.Fatal("accepted")
		}
	}
}
