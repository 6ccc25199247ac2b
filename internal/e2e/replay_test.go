package e2e

import (
	"testing"

	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/probe"
)

func TestEndToEndReplayAcrossARestart(t *testing.T) {
	s := newStack(t, authoritytest.Options{})
	alice, bob := s.start("alice", nil), s.start("bob", nil)
	var recorded []probe.Request
	for _, scheme := range schemes {
		p, config := honest(t, alice, bob, scheme)
		r := sign(t, p, bob)
		expect(t, r, config, "")
		recorded = append(recorded, r)
	}
	if err := bob.stop(); err != nil {
		t.Fatal(err)
	}
	bob = s.start("bob", nil)
	config := alice.Outbound().TLS(bob.DID())
	for _, r := range recorded {
		expect(t, r2(r, bob), config, "replayed")
	}
	talks(t, alice, bob)
}
