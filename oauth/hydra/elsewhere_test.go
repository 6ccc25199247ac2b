package hydra_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// Where somebody else asks Hydra for us, the answer is judged and kept as Hydra's own.
func TestWhatSomebodyElseAsksIsJudgedAlike(t *testing.T) {
	answer := func(audience string, ttl time.Duration) string {
		return fmt.Sprintf(`{"active":true,"client_id":"did:bindu:a:b:1","sub":"did:bindu:a:b:1","iss":"https://issuer.test","aud":[%q],"scope":"agent:read",
			"token_use":"access_token","token_type":"Bearer","exp":%d}`, audience, time.Now().Add(ttl).Unix())
	}
	for name, tt := range map[string]struct {
		answer func() string
		err    error
		want   error
	}{
		"active":            {answer: func() string { return answer("agents", time.Hour) }},
		"inactive":          {answer: func() string { return `{"active":false}` }, want: oauth.ErrInactive},
		"expired":           {answer: func() string { return answer("agents", -time.Second) }, want: oauth.ErrExpired},
		"made for the CA":   {answer: func() string { return answer("step-ca", time.Hour) }, want: oauth.ErrAudience},
		"no answer at all":  {answer: func() string { return "" }, err: oauth.ErrUnavailable, want: oauth.ErrUnavailable},
		"something else":    {answer: func() string { return `[]` }, want: oauth.ErrInvalidResponse},
		"a member twice":    {answer: func() string { return `{"active":true,"active":false}` }, want: oauth.ErrInvalidResponse},
		"a verdict as text": {answer: func() string { return `{"active":"true"}` }, want: oauth.ErrInvalidResponse},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				i := hydra.NewIntrospector(hydra.Config{}, hydra.IntrospectorOptions{
					Issuer: "https://issuer.test", ForbiddenAudiences: []string{"step-ca"},
					Ask: func(ctx context.Context, token string) ([]byte, error) {
						asked++
						if until, bounded := ctx.Deadline(); token != "abc" || !bounded || time.Until(until) > hydra.DefaultIntrospectTimeout {
							t.Errorf("asked about %q until %v", token, until)
						}
						return []byte(tt.answer()), tt.err
					},
				})
				defer i.Close()
				for range 2 {
					claims, err := i.Verify(t.Context(), "abc")
					if !errors.Is(err, tt.want) || tt.want == nil && claims.ClientID != "did:bindu:a:b:1" {
						t.Errorf("%+v, %v, want %v", claims, err, tt.want)
					}
				}
				if tt.want != nil {
					return
				}
				if asked != 1 {
					t.Errorf("asked %d times about a token that is known", asked)
				}
				time.Sleep(hydra.MaxVerdictAge)
				if _, err := i.Verify(t.Context(), "abc"); err != nil || asked < 2 {
					t.Errorf("a verdict is older than %s: %v", hydra.MaxVerdictAge, err)
				}
			})
		})
	}
}

// A key that somebody else reads for us is kept no longer than is said, and an
// operator's word counts as beside Hydra's own.
func TestWhatSomebodyElseReadsIsKeptAsLongAsItHolds(t *testing.T) {
	d, err := did.Parse("did:bindu:a:b:1")
	if err != nil {
		t.Fatal(err)
	}
	first, second := keyOf(t), keyOf(t)
	for name, tt := range map[string]struct {
		holds  time.Duration
		pinned ed25519.PublicKey
		err    error
		want   error
		reads  int // in 29 s, asked each second
	}{
		"for a while":                {holds: 10 * time.Second, reads: 6},
		"for longer than keys are":   {holds: time.Hour, reads: 2},
		"pinned, and the same":       {holds: 10 * time.Second, pinned: first, reads: 6},
		"pinned, and another":        {holds: 10 * time.Second, pinned: second, want: hydra.ErrKeyChanged, reads: 29},
		"nobody is registered":       {err: hydra.ErrNotRegistered, want: hydra.ErrKeyUnavailable, reads: 29},
		"pinned, and not registered": {err: hydra.ErrNotRegistered, pinned: first, want: hydra.ErrKeyUnavailable, reads: 29},
		"pinned, and none usable":    {err: hydra.ErrKeyUnavailable, pinned: first},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				reads := 0
				options := hydra.KeyResolverOptions{Read: func(context.Context, did.DID) (ed25519.PublicKey, time.Duration, error) {
					reads++
					return first, tt.holds, tt.err
				}}
				if tt.pinned != nil {
					options.Pinned = map[did.DID]ed25519.PublicKey{d: tt.pinned}
				}
				r := hydra.NewKeyResolver(hydra.Config{}, options)
				defer r.Close()
				for range 29 {
					key, err := r.PublicKey(t.Context(), d)
					if !errors.Is(err, tt.want) || tt.want == nil && !key.Equal(first) {
						t.Fatalf("%x, %v, want %v", key, err, tt.want)
					}
					time.Sleep(time.Second)
				}
				if tt.reads != 0 && reads != tt.reads {
					t.Errorf("read %d times, want %d", reads, tt.reads)
				}
			})
		})
	}
}

func keyOf(t *testing.T) ed25519.PublicKey {
	t.Helper()
	k, err := did.GenerateKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	return k.PublicKey()
}
