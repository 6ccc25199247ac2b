package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/authoritytest"
)

// listPeers writes a peers file and returns its path.
func listPeers(t *testing.T, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "peers.yaml")
	if err := os.WriteFile(path, []byte("peers:\n"+strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func listed(name string, r *running) string {
	return fmt.Sprintf("  %s: {url: %q, did: %q}", name, r.URL(), r.DID())
}

// secretOf is what local programs of an agent show.
func secretOf(t *testing.T, r *running) string {
	t.Helper()
	secret, err := os.ReadFile(filepath.Join(r.dir, "egress.secret"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(secret))
}

// curl runs curl and returns what it writes, the status behind it.
func curl(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "curl", append([]string{"-sS", "-w", "\n%{http_code}", "--noproxy", ""}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("curl: %v: %s", err, out)
	}
	return string(out)
}

// TestEndToEndCurlCallsThroughEgress: nothing but curl calls an agent with three layers.
func TestEndToEndCurlCallsThroughEgress(t *testing.T) {
	need(t, "curl")
	s := newStack(t, authoritytest.Options{})
	critic := s.start("critic", nil)
	poet := s.start("poet", map[string]string{"EGRESS__PORT": "0", "EGRESS__PEERS_FILE": listPeers(t, listed("critic", critic))})
	base, secret := "http://"+poet.EgressAddr().String(), secretOf(t, poet)
	message := `{"jsonrpc":"2.0","id":"7","method":"SendMessage","params":{"message":{"messageId":"m1","role":"ROLE_USER","parts":[{"text":"hé"}]}}}`
	got := curl(t, base+"/peer/critic/", "-H", "X-Egress-Secret: "+secret, "-H", "A2A-Version: 1.0", "-H", "Content-Type: application/json", "-d", message)
	if !strings.HasSuffix(got, "\n200") || !strings.Contains(got, "heard hé") || !strings.Contains(got, `"id":"7"`) {
		t.Errorf("%s", got)
	}
	got = curl(t, "-x", "http://any:"+secret+"@"+poet.EgressAddr().String(), strings.Replace(critic.URL(), "https://", "http://", 1)+"/", "-H", "A2A-Version: 1.0", "-H", "Content-Type: application/json", "-d", strings.Replace(message, "m1", "m2", 1))
	if !strings.HasSuffix(got, "\n200") || !strings.Contains(got, "heard hé") {
		t.Errorf("as a proxy: %s", got)
	}
	if caller := critic.lastCaller(); caller.DID != poet.DID() {
		t.Errorf("the caller was %s", caller.DID)
	}
}
