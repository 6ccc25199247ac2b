package gate_test

import (
	"testing"

	"github.com/getbindu/bindu-go/identity/signature"
)

// TestARefusedTokenIsLoggedWithTheNameOfTheConnection: else nobody knows whose
// token it was.
func TestARefusedTokenIsLoggedWithTheNameOfTheConnection(t *testing.T) {
	b := newBench(t)
	r := b.request(signature.JCS1, testBody)
	r.Header.Del("Authorization")
	b.do(r)
	if len(b.events) != 1 || b.events[0].Gate != "token" || b.events[0].DID != b.caller.String() {
		t.Errorf("events %+v", b.events)
	}
}
