package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/authoritytest"
)

// TestEndToEndHostile120StreamsEndWithTheirRule: a caller is taken off one of two rules
// that allow, of which the other reads the method, while its streams are read.
func TestEndToEndHostile120StreamsEndWithTheirRule(t *testing.T) {
	s := newDirectStack(t, authoritytest.Options{})
	alice, carol := s.start("alice", nil), s.start("carol", nil)
	file := filepath.Join(t.TempDir(), "rules.yaml")
	allow := func(dids ...string) {
		t.Helper()
		text := fmt.Sprintf("version: 1\ndefault: deny\nrules:\n- {name: these, effect: allow, when: 'caller.did in [\"%s\"]'}\n- {name: readers, effect: allow, when: 'request.method == \"GetTask\"'}\n", strings.Join(dids, `", "`))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	allow(alice.DID().String(), carol.DID().String())
	env := s.auth.Env()
	env["AGENT__DIR"], env["AUTH__POLICY_FILE"] = filepath.Join(s.root, "bob"), file
	bob := launchWith(t, "bob", env, nil, counting(50*time.Millisecond)).await()
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) {
			allow(alice.DID().String(), carol.DID().String())
			bob.Reload()
			ends := alice.follow(t, s.oauthClient(alice).mint(), bob, protocol)
			goesOn := carol.follow(t, s.oauthClient(carol).mint(), bob, protocol)
			counts(t, ends, -1, 10)
			allow(carol.DID().String())
			bob.Reload()
			at := time.Now()
			all := last(t, ends)
			final := all[len(all)-1]
			if !strings.Contains(final.data, `"reason":"auth_expired"`) || !strings.Contains(final.data, `"gate":"policy"`) {
				t.Errorf("the last event is %s", final.data)
			}
			for _, e := range all[:len(all)-1] {
				if late := e.at.Sub(at); late > verdictAge+slack {
					t.Errorf("told %s after the rule was changed", late)
				}
			}
			t.Logf("over %s it ended %s after the rule was changed", protocol, final.at.Sub(at).Round(time.Millisecond))
			counts(t, goesOn, -1, 100)
		})
	}
}
