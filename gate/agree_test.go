package gate_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/oauth"
)

// Over every combination: a name is agreed on only if the header claims it and
// at least one of the proofs proves it and none proves another.
func TestAgreeOverEveryCombination(t *testing.T) {
	names := []did.DID{{}, mustDID(t, "did:x:a"), mustDID(t, "did:x:b")}
	for _, cert := range names {
		for _, token := range names {
			for _, header := range names {
				proofs, contradicted := 0, false
				for _, proved := range []did.DID{cert, token} {
					if !proved.IsZero() {
						proofs++
						contradicted = contradicted || proved != header
					}
				}
				want := proofs > 0 && !contradicted && !header.IsZero()
				got, reason := gate.Agree(gate.Names{Certificate: cert, Token: token, Header: header})
				if (reason == "") != want || (want && got != header) || (!want && !got.IsZero()) {
					t.Errorf("certificate %q, token %q, header %q: %q %q", cert, token, header, got, reason)
				}
			}
		}
	}
}

func TestWithoutATokenTheCertificateMustNameTheHeader(t *testing.T) {
	b := newBench(t, func(c *gate.Config) { c.Mode = gate.ModeMTLS; c.Tokenless = []string{"agent:write"} })
	r := b.request(signature.Reference, testBody)
	r.Header.Del("Authorization")
	r.TLS = connection(t, nil, testIssuer+"#did:bindu:ops:other:3")
	if w, got := b.do(r); w.Code != http.StatusForbidden || got.Error.Data.Reason != "identity_mismatch" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	checkStages(t, b, "")
}

func TestAnErrorNobodyClassifiedSaysNothingAboutTheToken(t *testing.T) {
	for _, err := range []error{io.ErrUnexpectedEOF, context.Canceled, errors.New("anything")} {
		b := newBench(t)
		b.tokenErr = err
		w, got := b.do(b.request(signature.JCS1, testBody))
		if w.Code != http.StatusServiceUnavailable || got.Error.Data.Reason != "introspection_unavailable" || w.Header().Get("Retry-After") == "" {
			t.Errorf("%v: %d %s", err, w.Code, w.Body)
		}
		checkStages(t, b, "token")
	}
}

func TestHostile032ClaimsEndOnTimeInEveryMode(t *testing.T) {
	for _, mode := range []gate.Mode{gate.ModeHybrid, gate.ModeMTLS, gate.ModeOff} {
		b := newBench(t, func(c *gate.Config) { c.Mode = mode })
		b.claims = oauth.Claims{DID: b.caller.String(), Scopes: []string{"agent:write"}, ExpiresAt: testNow}
		w, got := b.do(b.request(signature.JCS1, testBody))
		if w.Code != http.StatusUnauthorized || got.Error.Data.Reason != "token_expired" {
			t.Errorf("%s: %d %s", mode, w.Code, w.Body)
		}
	}
}
