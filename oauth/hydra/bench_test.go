package hydra_test

import (
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// BenchmarkVerifyCached is what the token gate costs a request whose token is
// in use: a hash of about 700 bytes and a lookup.
func BenchmarkVerifyCached(b *testing.B) {
	s := hydratest.Start(b, hydratest.Options{RS256: true})
	s.Register(callerDID, "", hydratest.Document{"access_token_strategy": []byte(`"jwt"`)})
	token := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID, Scopes: []string{"agent:read", "agent:write"}})
	i := hydra.NewIntrospector(hydra.Config{AdminURL: s.AdminURL, PublicURL: s.PublicURL, HTTPClient: s.Client()},
		hydra.IntrospectorOptions{Issuer: s.Issuer(), ForbiddenAudiences: []string{"step-ca"}})
	defer i.Close()
	b.ReportAllocs()
	b.SetBytes(int64(len(token)))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := i.Verify(b.Context(), token); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// BenchmarkVerifyUncached is what the first request of a token costs, with a
// Hydra that takes no time.
func BenchmarkVerifyUncached(b *testing.B) {
	s := hydratest.Start(b, hydratest.Options{})
	token := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID})
	i := hydra.NewIntrospector(hydra.Config{AdminURL: s.AdminURL, PublicURL: s.PublicURL, HTTPClient: s.Client()},
		hydra.IntrospectorOptions{Issuer: s.Issuer()})
	defer i.Close()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := i.VerifyFresh(b.Context(), token); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPublicKeyCached(b *testing.B) {
	s := hydratest.Start(b, hydratest.Options{})
	registerKey(s, `"4zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtajS"`)
	r := hydra.NewKeyResolver(hydra.Config{AdminURL: s.AdminURL, PublicURL: s.PublicURL, HTTPClient: s.Client()}, hydra.KeyResolverOptions{})
	defer r.Close()
	d, err := did.Parse(callerDID)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := r.PublicKey(b.Context(), d); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
