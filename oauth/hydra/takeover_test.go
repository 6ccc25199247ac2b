package hydra_test

import (
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// TestTheCommandThatTakesOverIsNamedForOurOwnRegistration: and not where the
// key of a caller is another, with which it has nothing to do.
func TestTheCommandThatTakesOverIsNamedForOurOwnRegistration(t *testing.T) {
	const command = "agent serve --takeover"
	w, s := fakeWorld(t, hydratest.Options{})
	a := newAgent(t, "agent")
	a.reconcile(t, w)
	thief := a.twin(t)
	if _, err := thief.registrar(w.config()).Reconcile(t.Context(), thief.wanted); !errors.Is(err, hydra.ErrDIDTaken) || !strings.Contains(err.Error(), command) {
		t.Errorf("%v, want ErrDIDTaken that names %q", err, command)
	}
	a.wanted.PublicKey = newKey(t)
	if _, err := a.registrar(w.config()).Reconcile(t.Context(), a.wanted); !errors.Is(err, hydra.ErrKeyChanged) || !strings.Contains(err.Error(), command) {
		t.Errorf("%v, want ErrKeyChanged that names %q", err, command)
	}
	registerKey(s, quoted(newKey(t)))
	d := parseDID(t, callerDID)
	r := keyResolver(t, w, hydra.KeyResolverOptions{Pinned: map[did.DID]ed25519.PublicKey{d: newKey(t)}})
	if _, err := r.PublicKey(t.Context(), d); !errors.Is(err, hydra.ErrKeyChanged) || strings.Contains(err.Error(), "takeover") {
		t.Errorf("%v, want ErrKeyChanged without that command", err)
	}
}
