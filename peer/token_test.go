package peer_test

import (
	"context"
	"encoding/base64"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/getbindu/bindu-go/peer"
)

// jws is a token with these claims; nobody here verifies its signature.
func jws(claims string) string {
	return "eyJhbGciOiJSUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmF0dXJl"
}

// sends calls with a token, and returns the error and the Authorization that arrived.
func sends(t *testing.T, token string) (arrived []string, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c, p, rec := inBubble(t, &v1Agent{}, func(cfg *peer.Config) {
			cfg.ForbiddenAudiences = []string{"step-ca"}
			cfg.Token = func(context.Context) (string, error) { return token, nil }
		})
		_, err = c.Send(t.Context(), p, "hi")
		for _, s := range rec.requests() {
			arrived = append(arrived, s.header.Get("Authorization"))
		}
	})
	return arrived, err
}

// A token for the certificate authority goes to no peer, in whatever way it says so:
// whoever had it could ask for our certificate.
func TestATokenForTheCAIsNeverSent(t *testing.T) {
	for name, token := range map[string]string{
		"alone":            jws(`{"aud":"step-ca"}`),
		"in a list":        jws(`{"aud":["agents","step-ca"]}`),
		"escaped":          jws(`{"aud":["step\u002dca"]}`),
		"in capitals":      jws(`{"AUD":"step-ca"}`),
		"said twice":       jws(`{"aud":"agents","aud":"step-ca"}`),
		"said differently": jws(`{"aud":"agents","Aud":"step-ca"}`),
		"no audience":      jws(`{"aud":{"is":"step-ca"}}`),
		"in a list of all": jws(`{"aud":["agents",1,"step-ca"]}`),
		"with padding":     "e30." + base64.URLEncoding.EncodeToString([]byte(`{"aud":"step-ca" }`)) + ".c2ln",
		"with space":       jws(" \n" + `{"aud":"step-ca"}`),
	} {
		t.Run(name, func(t *testing.T) {
			arrived, err := sends(t, token)
			if !errors.Is(err, peer.ErrToken) || len(arrived) != 0 {
				t.Errorf("%v; %d requests arrived", err, len(arrived))
			}
		})
	}
}

// Other tokens are sent as they are, opaque ones included.
func TestTokensForOthersAreSent(t *testing.T) {
	for name, token := range map[string]string{
		"for agents":       jws(`{"aud":["agents","step-ca.example"]}`),
		"for nobody":       jws(`{"aud":[]}`),
		"without audience": jws(`{"sub":"step-ca"}`),
		"null":             jws(`{"aud":null}`),
		"opaque":           "ory_at_step-ca.x",
		"three parts":      "a.step-ca.b",
		"no object":        jws(`"step-ca"`),
		"five parts":       "a.b.c.d.e",
	} {
		t.Run(name, func(t *testing.T) {
			arrived, err := sends(t, token)
			if err != nil || len(arrived) == 0 || arrived[0] != "Bearer "+token {
				t.Errorf("%v; %q arrived", err, arrived)
			}
		})
	}
}
