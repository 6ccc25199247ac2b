package e2e

import (
	"testing"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
)

// TestEndToEndWithoutARegistrar: agents that hold Hydra's admin API register by
// themselves, call each other, and judge each token themselves; a second start finds
// the client as it left it.
func TestEndToEndWithoutARegistrar(t *testing.T) {
	s := newDirectStack(t, authoritytest.Options{})
	fixed := map[string]string{"AGENT__URL": "https://alice.example.com:3773"}
	alice, bob := s.start("alice", fixed), s.start("bob", nil)
	talks(t, alice, bob)
	p, config := honest(t, alice, bob, signature.JCS1)
	p.Token = s.tokenFor(alice, "step-ca")
	expect(t, sign(t, p, bob), config, "token_audience")
	if err := alice.stop(); err != nil {
		t.Fatal(err)
	}
	alice = s.start("alice", fixed)
	if !alice.log.has("action=unchanged") {
		t.Errorf("log: %s", alice.log)
	}
	talks(t, alice, bob)
}
