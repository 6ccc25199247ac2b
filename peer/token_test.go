package peer_test

import (
	"context"
	"encoding/base64"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/getbindu/bindu-go/peer"
)

// compactJWS is a token with these claims; nobody here verifies its signature.
func compactJWS(claims string) string {
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
		"alone":            compactJWS(`{"aud":"step-ca"}`),
		"in a list":        compactJWS(`{"aud":["agents","step-ca"]}`),
		"escaped":          compactJWS(`{"aud":["step\u002dca"]}`),
		"in capitals":      compactJWS(`{"AUD":"step-ca"}`),
		"said twice":       compactJWS(`{"aud":"agents","aud":"step-ca"}`),
		"said differently": compactJWS(`{"aud":"agents","Aud":"step-ca"}`),
		"no audience":      compactJWS(`{"aud":{"is":"step-ca"}}`),
		"in a list of all": compactJWS(`{"aud":["agents",1,"step-ca"]}`),
		"with padding":     "e30." + base64.URLEncoding.EncodeToString([]byte(`{"aud":"step-ca" }`)) + ".c2ln",
		"with space":       compactJWS(" \n" + `{"aud":"step-ca"}`),
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
		"for agents":       compactJWS(`{"aud":["agents","step-ca.example"]}`),
		"for nobody":       compactJWS(`{"aud":[]}`),
		"without audience": compactJWS(`{"sub":"step-ca"}`),
		"null":             compactJWS(`{"aud":null}`),
		"opaque":           "ory_at_step-ca.x",
		"three parts":      "a.step-ca.b",
		"no object":        compactJWS(`"step-ca"`),
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
