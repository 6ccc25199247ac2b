package e2e

import (
	"path/filepath"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/oidctest"
)

// Two agents that know an issuer and each other's keys need neither Hydra nor
// step-ca, over plain HTTP on one machine.
func TestEndToEndWithoutHydra(t *testing.T) {
	w := newWorld(t)
	dirs := map[string]string{"alice": filepath.Join(t.TempDir(), "alice"), "bob": filepath.Join(t.TempDir(), "bob")}
	start := func(name string, more map[string]string) *running {
		t.Helper()
		env := w.settings(t, map[string]string{
			"AGENT__DIR": dirs[name], "AUTH__CLIENT_ID": name, "AUTH__CLIENT_SECRET": "hush-" + name, "AUTH__REQUIRE_DID": "false",
		})
		for k, v := range more {
			env[k] = v
		}
		return launch(t, name, env, nil).await().awaitReady()
	}
	alice := start("alice", nil)
	name, pin := alice.DID(), alice.DID().String()+"="+did.EncodePublicKey(alice.Outbound().Key.PublicKey())
	w.issuer.Register(oidctest.Client{ID: "alice", Secret: "hush-alice", Claims: map[string]any{
		didClaim: name.String(), "scope": "agent:read agent:write",
	}})
	bob := start("bob", map[string]string{"AUTH__REQUIRE_DID": "true", "DID__PINNED_KEYS": pin})

	client, err := alice.Client()
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	p, err := client.Discover(t.Context(), bob.URL(), bob.DID())
	if err != nil {
		t.Fatal(err)
	}
	reply, err := client.Send(t.Context(), p, "hello")
	if err != nil || reply.Text != "heard hello" {
		t.Fatalf("%+v %v", reply, err)
	}
	if c := bob.lastCaller(); c.DID != name || !c.KeyBound || c.Scheme != signature.Octets1 {
		t.Errorf("caller %+v", c)
	}
	t.Run("a signature whose key is not pinned", func(t *testing.T) {
		stranger := newOutsider(t, "stranger")
		got := post(t, sign(t, stranger.proofs(w.issuer.Mint(stranger.claims(w.issuer, nil)), bob), bob))
		if got.status != 403 || got.Error.Data.Reason != "public_key_unavailable" {
			t.Errorf("%d %s", got.status, got.body)
		}
	})
	t.Run("the name stays", func(t *testing.T) {
		if err := alice.stop(); err != nil {
			t.Fatal(err)
		}
		if again := start("alice", nil); again.DID() != name {
			t.Errorf("it was %s and is %s", name, again.DID())
		}
	})
}
