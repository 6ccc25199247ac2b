package hydra_test

import (
	"errors"
	"testing"

	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// TestForgottenVerdicts: who is revoked is asked about again at once, and nobody else;
// and everybody where nothing is known any more.
func TestForgottenVerdicts(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		const otherDID = "did:bindu:ops_at_example_com:other:139e3940-e64b-5491-7220-88d9a0d74163"
		i := introspector(t, w, hydra.IntrospectorOptions{})
		token, other := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID}), s.IssueToken(hydratest.TokenSpec{ClientID: otherDID})
		verified(t, i, token)
		verified(t, i, other)
		s.RevokeToken(token)
		i.Forget(parseDID(t, otherDID))
		verified(t, i, token) // as it was kept
		i.Forget(parseDID(t, callerDID))
		if _, err := i.Verify(t.Context(), token); !errors.Is(err, oauth.ErrInactive) {
			t.Errorf("forgotten, and %v, want ErrInactive", err)
		}
		verified(t, i, other)
		s.RevokeToken(other)
		i.ForgetAll()
		if _, err := i.Verify(t.Context(), other); !errors.Is(err, oauth.ErrInactive) {
			t.Errorf("all forgotten, and %v, want ErrInactive", err)
		}
	})
}

func TestForgottenKeys(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		registerKey(s, quoted(newKey(t)))
		r, d := keyResolver(t, w, hydra.KeyResolverOptions{}), parseDID(t, callerDID)
		if _, err := r.PublicKey(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		next := newKey(t)
		registerKey(s, quoted(next))
		r.ForgetAll()
		if key, err := r.PublicKey(t.Context(), d); err != nil || !key.Equal(next) {
			t.Errorf("%x, %v, want the key that is registered now", key, err)
		}
	})
}

// TestForgottenVerdictsOfManyTokens: all tokens of who is revoked are asked about again,
// however many it has, and renewed in the background or not.
func TestForgottenVerdictsOfManyTokens(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		i := introspector(t, w, hydra.IntrospectorOptions{})
		var tokens []string
		for range 5 {
			tokens = append(tokens, s.IssueToken(hydratest.TokenSpec{ClientID: callerDID}))
			verified(t, i, tokens[len(tokens)-1])
		}
		for _, token := range tokens {
			s.RevokeToken(token)
		}
		i.Forget(parseDID(t, callerDID))
		for n, token := range tokens {
			if _, err := i.Verify(t.Context(), token); !errors.Is(err, oauth.ErrInactive) {
				t.Errorf("token %d, forgotten: %v, want ErrInactive", n, err)
			}
		}
	})
}
