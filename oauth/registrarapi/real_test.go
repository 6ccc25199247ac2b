package registrarapi_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/registrarapi"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// register has an agent registered.
func (w *world) register(a registrartest.Agent) *registrarapi.Client {
	w.Helper()
	c := w.client(a)
	if _, err := c.Register(w.Context(), registrarapi.Registration{Secret: registrartest.SecretOf(a.DID.String())}); err != nil {
		w.Fatal(err)
	}
	return c
}

// The real registrar answers who is registered, and nobody else.
func TestTheRegistrarAnswersWhoIsRegistered(t *testing.T) {
	w := newWorld(t, inMode(registrar.ModeOpen))
	alice, bob := w.register(w.agent), registrartest.NewAgent(t, "bob")
	w.register(bob)
	if err := alice.Standing(t.Context()); err != nil {
		t.Errorf("alice stands %v", err)
	}
	key, holds, err := alice.PublicKey(t.Context(), bob.DID)
	if err != nil || !key.Equal(bob.Key.PublicKey()) || holds <= 0 {
		t.Errorf("bob's key: %x for %s, %v", key, holds, err)
	}
	if _, _, err := alice.PublicKey(t.Context(), registrartest.NewAgent(t, "carol").DID); !errors.Is(err, registrarapi.ErrUnknown) {
		t.Errorf("nobody's key: %v", err)
	}
	answer, err := alice.Introspect(t.Context(), "nobodys")
	if err != nil || strings.TrimSpace(string(answer)) != `{"active":false}` {
		t.Errorf("nobody's token: %s, %v", answer, err)
	}
	tlsKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(tlsKey.Public())
	if err != nil {
		t.Fatal(err)
	}
	if err := alice.Announce(t.Context(), tlsKey.Public()); err != nil {
		t.Error(err)
	}
	if announced, err := w.Announced(t.Context(), w.agent.DID, sha256.Sum256(der)); !announced || err != nil {
		t.Errorf("announced %v, %v", announced, err)
	}

	// Nobody else, and nobody who is revoked.
	stranger := w.client(registrartest.NewAgent(t, "mallory"))
	if _, err := stranger.Introspect(t.Context(), "nobodys"); !errors.Is(err, oauth.ErrUnavailable) {
		t.Errorf("a stranger learns of a token: %v", err)
	}
	if err := stranger.Standing(t.Context()); !errors.Is(err, registrarapi.ErrNotRegistered) {
		t.Errorf("a stranger stands %v", err)
	}
	if err := stranger.Announce(t.Context(), tlsKey.Public()); err == nil {
		t.Error("a stranger announces a key")
	}
	if _, err := w.Revoke(t.Context(), w.agent.DID, ""); err != nil {
		t.Fatal(err)
	}
	if err := alice.Standing(t.Context()); !errors.Is(err, registrarapi.ErrRevoked) {
		t.Errorf("revoked, alice stands %v", err)
	}
	if _, err := alice.Introspect(t.Context(), "nobodys"); !errors.Is(err, registrarapi.ErrRevoked) || !errors.Is(err, oauth.ErrUnavailable) {
		t.Errorf("revoked, alice asks: %v", err)
	}
}
