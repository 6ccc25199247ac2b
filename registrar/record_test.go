package registrar_test

import (
	"testing"

	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// A record says whether who is named proved it: of names that nobody proved there are as
// many as a stranger likes.
func TestARecordSaysWhatIsProved(t *testing.T) {
	t.Parallel()
	var recorded recorder
	f := newFixture(t, func(c *registrar.Config) { c.Mode, c.Recorder = registrar.ModeOpen, &recorded })
	alice := f.registered("alice")
	f.revoke(alice.DID)
	thief := registrartest.NewAgent(t, "thief")
	thief.DID = alice.DID
	for _, tt := range []struct {
		asks    registrartest.Agent
		word    string
		claimed bool
	}{{alice, "revoked", false}, {thief, "crypto_mismatch", true}} {
		recorded.events = nil
		want(t, f.ask(tt.asks, "an announcement"), 403, tt.word)
		if len(recorded.events) != 1 || recorded.events[0].DID != alice.DID.String() || recorded.events[0].Claimed != tt.claimed {
			t.Errorf("%s: %+v", tt.word, recorded.events)
		}
	}
}
