package gate_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
)

// keyMemory counts what it is asked to remember.
type keyMemory struct {
	*bench
	err  error
	kept map[did.DID]ed25519.PublicKey
}

func (m *keyMemory) Remember(_ context.Context, d did.DID, key ed25519.PublicKey) error {
	m.count("memory")
	m.kept[d] = key
	return m.err
}

func withMemory(t *testing.T, err error, configure ...func(*gate.Config)) (*bench, *keyMemory) {
	t.Helper()
	m := &keyMemory{err: err, kept: map[did.DID]ed25519.PublicKey{}}
	m.bench = newBench(t, append(configure, func(c *gate.Config) { c.Memory = m })...)
	return m.bench, m
}

func TestTheKeyOfAnAdmittedCallerIsRemembered(t *testing.T) {
	b, m := withMemory(t, nil)
	if w, _ := b.do(b.request(signature.JCS1, testBody)); w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if len(m.kept) != 1 || !m.kept[b.caller].Equal(b.publicKey) {
		t.Errorf("remembered %v", m.kept)
	}
}

// Whoever is refused, by whichever gate, has no key remembered for any DID.
func TestNothingIsRememberedOfWhoIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*bench, *http.Request){
		"token":       func(_ *bench, r *http.Request) { r.Header.Set("Authorization", "Bearer bad-token") },
		"certificate": func(_ *bench, r *http.Request) { r.TLS = nil },
		"agreement":   func(b *bench, _ *http.Request) { b.claims.DID = "did:bindu:ops:other:3" },
		"signature":   func(_ *bench, r *http.Request) { r.Header.Set(signature.HeaderTimestamp, fmt.Sprint(testNow.Unix()-1)) },
		"scope":       func(b *bench, _ *http.Request) { b.claims.Scopes = []string{"agent:read"} },
		"policy":      func(b *bench, _ *http.Request) { b.policyErr = errors.New("no") },
	} {
		t.Run(name, func(t *testing.T) {
			b, m := withMemory(t, nil)
			r := b.request(signature.JCS1, testBody)
			spoil(b, r)
			if w, _ := b.do(r); w.Code == http.StatusOK || len(m.kept) != 0 {
				t.Errorf("%d, remembered %v", w.Code, m.kept)
			}
		})
	}
}

func TestAKeyThatIsNotRememberedOpensNothing(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		status int
		reason gate.Reason
	}{
		"another was first": {fmt.Errorf("%w: x", did.ErrKeyChanged), http.StatusForbidden, gate.KeyChanged},
		"full":              {errors.New("full"), http.StatusServiceUnavailable, gate.KeyNotRemembered},
	} {
		t.Run(name, func(t *testing.T) {
			b, _ := withMemory(t, c.err)
			w, got := b.do(b.request(signature.Reference, testBody))
			if w.Code != c.status || got.Error.Data.Reason != string(c.reason) || got.Error.Data.Gate != "signature" || b.ran["handler"] != 0 {
				t.Errorf("%d %s, handler ran %d times", w.Code, w.Body, b.ran["handler"])
			}
			checkRefusalShape(t, w, got)
		})
	}
}
