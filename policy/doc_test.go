package policy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/policy"
)

// TestDocumentedFile shows that the example on docs/policy.md compiles and that
// the names it lists are those that rules may use.
func TestDocumentedFile(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "policy.md"))
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindSubmatch(page)
	if block == nil {
		t.Fatal("no example")
	}
	p := parse(t, string(block[1]))
	if d := p.Decide(t.Context(), poet(t), request()); !d.Allowed || d.Rule != "our-agents" {
		t.Errorf("%+v", d)
	}
	if q := p.Quotas(); q.Default.Daily != 5000 || q.Callers[poetDID].Rate != 50 {
		t.Errorf("quotas: %+v", q)
	}
	names := regexp.MustCompile("`((?:caller|request|certificate)\\.[a-z_]+)`").FindAllSubmatch(page, -1)
	seen := map[string]bool{}
	for _, n := range names {
		name := string(n[1])
		seen[name] = true
		rule := "version: 1\ndefault: deny\nrules: [{name: r, effect: allow, when: '" + name + " == " + name + "'}]"
		if _, err := policy.Parse([]byte(rule)); err != nil {
			t.Errorf("%s is documented but unknown: %v", name, err)
		}
	}
	if len(seen) != 16 {
		t.Errorf("%d names are documented, want 16: %s", len(seen), strings.Join(keys(seen), " "))
	}
}

func keys(m map[string]bool) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}
