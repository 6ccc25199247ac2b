package configs

import (
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/oauth/oidc"
)

// The one limit on tokens reaches whoever reads them.
func TestHostile180TokenLimitReachesTheVerifiers(t *testing.T) {
	set := mustLoad(t, "AUTH__PROVIDER=oidc", "AUTH__ISSUERS=https://a.example", "LIMITS__TOKEN_BYTES=16KiB")
	if cfg := Issuers(set, IssuerFiles{}); cfg.MaxTokenBytes != 16<<10 {
		t.Errorf("issuers: %d", cfg.MaxTokenBytes)
	}
	if o := Introspection(set, "https://a.example"); o.MaxTokenBytes != 16<<10 {
		t.Errorf("Hydra: %d", o.MaxTokenBytes)
	}
}

// A token of 9,000 bytes fails for what it is, not for its length.
func TestHostile180IssuersJudgeLongTokens(t *testing.T) {
	for limit, want := range map[string]string{"16KiB": "segments", "8KiB": "9000 bytes"} {
		cfg := Issuers(mustLoad(t, "AUTH__PROVIDER=oidc", "AUTH__ISSUERS=https://127.0.0.1:1", "AUTH__AUDIENCE=me", "LIMITS__TOKEN_BYTES="+limit), IssuerFiles{})
		cfg.Lazy = true
		v, err := oidc.New(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.Verify(t.Context(), strings.Repeat("a", 9000)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("limit %s: %v", limit, err)
		}
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A verdict and the time between the last look at it and the admission are
// together no older than a verdict may be.
func TestVerdictsLeaveTimeToAdmit(t *testing.T) {
	for ttl, want := range map[time.Duration]time.Duration{
		0: hydra.MaxVerdictAge - gate.ProofAge, time.Hour: hydra.MaxVerdictAge - gate.ProofAge, 2 * time.Second: 2 * time.Second,
	} {
		if got := verdictAge(ttl); got != want {
			t.Errorf("%v: %v, want %v", ttl, got, want)
		}
	}
}
