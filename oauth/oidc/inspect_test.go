package oidc_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/oauth"
)

// failed lists the checks that are not OK, with the sentinel of each; nil for one
// that could not be made.
func failed(checks []oauth.Check) map[string]error {
	out := map[string]error{}
	for _, c := range checks {
		if c.OK {
			continue
		}
		out[c.Name] = nil
		for _, sentinel := range []error{
			oauth.ErrMalformed, oauth.ErrExpired, oauth.ErrNotYetValid, oauth.ErrAudience, oauth.ErrIssuer, oauth.ErrTokenUse,
			oauth.ErrUnknownKey, oauth.ErrAlgorithm, oauth.ErrSignature, oauth.ErrMissingClaim, oauth.ErrUnavailable,
		} {
			if errors.Is(c.Err, sentinel) {
				out[c.Name] = sentinel
			}
		}
	}
	return out
}

func TestInspectReportsEveryFault(t *testing.T) {
	past := map[string]any{"exp": time.Now().Add(-time.Hour).Unix(), "nbf": time.Now().Add(time.Hour).Unix(), "aud": "other", "nonce": "n"}
	for _, c := range []struct {
		name  string
		token func(w world) string
		want  map[string]error
	}{
		{"good", minted(nil), map[string]error{}},
		{"many faults", func(w world) string {
			return graft(w.issuer.Mint(claims(past)), w.issuer.Mint(claims(nil)))
		}, map[string]error{
			"signature": oauth.ErrSignature, "expiry": oauth.ErrExpired, "not_before": oauth.ErrNotYetValid,
			"audience": oauth.ErrAudience, "type": oauth.ErrTokenUse,
		}},
		{"unknown key", withHeader(map[string]any{"kid": "gone"}), map[string]error{"key": oauth.ErrUnknownKey, "signature": nil}},
		{"other algorithm", withHeader(map[string]any{"alg": "HS256"}), map[string]error{
			"algorithm": oauth.ErrAlgorithm, "key": oauth.ErrAlgorithm, "signature": nil,
		}},
		{"other issuer", minted(map[string]any{"iss": "https://other.example"}), map[string]error{
			"issuer": oauth.ErrIssuer, "type": nil, "key": nil, "signature": nil, "not_before": nil, "issued_at": nil,
			"audience": nil, "client": nil, "required_claims": nil, "permissions": nil, "did": nil,
		}},
		{"not a token", func(world) string { return "opaque" }, map[string]error{
			"form": oauth.ErrMalformed, "algorithm": nil, "issuer": nil, "type": nil, "key": nil, "signature": nil, "expiry": nil,
			"not_before": nil, "issued_at": nil, "audience": nil, "client": nil, "required_claims": nil, "permissions": nil, "did": nil,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			checks := w.verifier.Inspect(t.Context(), c.token(w))
			got := failed(checks)
			for name, want := range c.want {
				if err, ok := got[name]; !ok || !errors.Is(err, want) {
					t.Errorf("%s: %v, want %v", name, err, want)
				}
			}
			if len(got) != len(c.want) {
				t.Errorf("failed: %v, want %v", got, c.want)
			}
		})
	}
}

// TestInspectAgreesWithVerify shows that the first failing check is what Verify
// reports.
func TestInspectAgreesWithVerify(t *testing.T) {
	w := newWorld(t, nil)
	for _, rows := range [][]row{malformedRows(), expiryRows(), audienceRows(), useRows(), issuerRows(), algorithmRows()} {
		for _, r := range rows {
			if r.change != nil {
				continue
			}
			token := r.token(w)
			_, err := w.verifier.Verify(t.Context(), token)
			var first error
			for _, c := range w.verifier.Inspect(t.Context(), token) {
				if !c.OK {
					first = c.Err
					break
				}
			}
			if (err == nil) != (first == nil) || (err != nil && err.Error() != first.Error()) {
				t.Errorf("%s: Verify says %v, Inspect %v", r.name, err, first)
			}
		}
	}
}

func TestInspectHoldsNoToken(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issuer.Mint(claims(map[string]any{"aud": "other"}))
	for _, inspected := range []string{token, token + "AAAA", strings.ToUpper(token), token + "." + token} {
		for _, c := range w.verifier.Inspect(t.Context(), inspected) {
			if c.Detail == "" {
				t.Errorf("%s has no detail", c.Name)
			}
			for segment := range strings.SplitSeq(inspected, ".") {
				if len(segment) > 3 && strings.Contains(c.Detail, segment) {
					t.Errorf("%s shows a segment of the token: %s", c.Name, c.Detail)
				}
			}
		}
	}
}
