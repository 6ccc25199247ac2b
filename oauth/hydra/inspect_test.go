package hydra_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// Inspection and verification must not come to different verdicts.
func TestInspectAgreesWithVerify(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		i := introspector(t, w, hydra.IntrospectorOptions{ForbiddenAudiences: []string{"step-ca"}, Audiences: []string{"me"}})
		issue := func(spec hydratest.TokenSpec) string {
			spec.ClientID = callerDID
			if spec.Audience == nil {
				spec.Audience = []string{"me"}
			}
			return s.IssueToken(spec)
		}
		for name, tt := range map[string]struct {
			token  string
			failed map[string]error
		}{
			"good":          {issue(hydratest.TokenSpec{}), nil},
			"refresh token": {issue(hydratest.TokenSpec{Use: "refresh_token"}), map[string]error{"type": oauth.ErrTokenUse}},
			"for step-ca":   {issue(hydratest.TokenSpec{Audience: []string{"me", "step-ca"}}), map[string]error{"audience": oauth.ErrAudience}},
			"two faults": {issue(hydratest.TokenSpec{Audience: []string{"you"}, Claims: map[string]any{"iss": "https://other.example"}}),
				map[string]error{"issuer": oauth.ErrIssuer, "audience": oauth.ErrAudience}},
			"expired":  {issue(hydratest.TokenSpec{Claims: map[string]any{"exp": time.Now().Add(-time.Minute).Unix()}}), map[string]error{"expiry": oauth.ErrExpired}},
			"early":    {issue(hydratest.TokenSpec{Claims: map[string]any{"nbf": time.Now().Add(time.Hour).Unix()}}), map[string]error{"not_before": oauth.ErrNotYetValid}},
			"unknown":  {"ory_at_unknown", map[string]error{"active": oauth.ErrInactive}},
			"no token": {"two words", map[string]error{"form": oauth.ErrMalformed}},
		} {
			failed := 0
			for _, c := range i.Inspect(t.Context(), tt.token) {
				if want := tt.failed[c.Name]; !errors.Is(c.Err, want) {
					t.Errorf("%s: %s: got %v, want %v", name, c.Name, c.Err, want)
				}
				if c.Err != nil {
					failed++
				}
				if c.Detail == "" || strings.Contains(c.Detail, tt.token) {
					t.Errorf("%s: %s: detail %q", name, c.Name, c.Detail)
				}
			}
			if failed != len(tt.failed) {
				t.Errorf("%s: %d checks failed, want %v", name, failed, tt.failed)
			}
			if _, err := i.Verify(t.Context(), tt.token); (err == nil) != (len(tt.failed) == 0) {
				t.Errorf("%s: Verify says %v", name, err)
			}
		}
		s.Fail(hydratest.Introspect, hydratest.Fault{Status: 500})
		if checks := i.Inspect(t.Context(), issue(hydratest.TokenSpec{})); !errors.Is(checks[1].Err, oauth.ErrUnavailable) {
			t.Errorf("%+v", checks)
		}
	})
}
