package oidc_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/oidc"
)

// The limit on tokens is the one that was set.
func TestHostile180TokensUpToTheLimitSet(t *testing.T) {
	long := minted(map[string]any{"pad": strings.Repeat("x", 7000)}) // more than 9,000 bytes as a token
	for limit, want := range map[int]error{0: oauth.ErrMalformed, 16 << 10: nil, 9000: oauth.ErrMalformed} {
		w := newWorld(t, func(c *oidc.Config) { c.MaxTokenBytes = limit })
		if _, err := w.verifier.Verify(t.Context(), long(w)); !errors.Is(err, want) {
			t.Errorf("limit %d: %v, want %v", limit, err, want)
		}
	}
}
