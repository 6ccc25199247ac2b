package pages

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/refusal"
)

const pagePath = repository + "/docs/troubleshooting.md"

// noWords are strings that stand where words stand and are none.
var noWords = []string{
	"alive", "ready", // what "agent health" prints of a healthy agent
	"hours", "seconds", "warn", "oneof", "text", // of settings and their values; a text that is signed
}

// computed are the words that the program puts together, by the expression
// that does it. An expression that is not here fails the test.
var computed = map[string][]string{
	`component + "_unavailable"`:   {"hydra_unavailable", "ca_unavailable"},
	`of + "_certificate_expired"`:  {"webhook_certificate_expired", "reference_certificate_expired"},
	`of + "_certificate_expiring"`: {"webhook_certificate_expiring", "reference_certificate_expiring"},
	`f.what + "_stale"`:            {"policy_stale", "did_map_stale", "key_requests_stale", "egress_peers_stale"},
	// No words: a line for people, a comparison, the log's account of a rule.
	`" [" + reason + "]"`:                                     nil,
	`text != "" && len(text) <= maxWord`:                      nil,
	`"no rule decided, the default is " + string(p.fallback)`: nil,
}

// TestEveryWordHasALine compares the words of the catalogue, and those that the
// sources can say besides, with those that people can look up.
func TestEveryWordHasALine(t *testing.T) {
	p := read(t)
	p.gather()
	for _, w := range refusal.Words() {
		p.gathered[string(w)] = "internal/refusal"
	}
	for _, want := range []string{ // one of each kind of place, so that a blind spot of the gathering shows
		"token_absent", "quota_exceeded", "task_not_found", "agent_restarted", "starting", "stopping", "client_lost", "introspection_flips",
		"key_memory_nearly_full", "tls_bad_eku", "cert_renewal_failing", "already_running", "settings_invalid", "usage", "admin_unreachable",
		"id_malformed", "did_not_found", "command_failed", "score_below_threshold", "params_invalid", "shutting_down", "digest_pair",
		"storage_unwritable", "issuer_unavailable", "replay_recovering", "body_incomplete",
	} {
		if p.gathered[want] == "" {
			t.Errorf("the gathering does not find %s", want)
		}
	}
	for _, expression := range sorted(p.computed) {
		words, known := computed[expression]
		if !known {
			t.Errorf("%s: list the words that %s can be", p.computed[expression], expression)
		}
		for _, w := range words {
			p.gathered[w] = p.computed[expression]
		}
	}
	lines := headed(t)
	for _, w := range sorted(p.gathered) {
		if !lines[w] && !slices.Contains(noWords, w) {
			t.Errorf("%s: `%s` has no line in docs/troubleshooting.md", p.gathered[w], w)
		}
	}
	for w := range lines {
		if strings.Contains(w, "_") && p.gathered[w] == "" && !others[w] {
			t.Errorf("docs/troubleshooting.md has a line for %s, which nothing says", w)
		}
	}
}

// others are in the heads of lines and no words of ours: what Hydra says, a metric.
var others = map[string]bool{"invalid_client": true, "invalid_scope": true, "agent_introspection_flips_total": true}

var code = regexp.MustCompile("`([a-z][a-z0-9_]+)`")

// headed are the words that a line of the page is about: those in the first
// cell of a row, and before the colon of an item.
func headed(t *testing.T) map[string]bool {
	t.Helper()
	data, err := os.ReadFile(pagePath)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		head := ""
		if row, ok := strings.CutPrefix(line, "| "); ok {
			head, _, _ = strings.Cut(row, " | ")
		} else if item, ok := strings.CutPrefix(line, "- `"); ok {
			head, _, _ = strings.Cut("`"+item, ": ")
		}
		for _, word := range code.FindAllStringSubmatch(head, -1) {
			found[word[1]] = true
		}
	}
	return found
}

func sorted(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
