package pages

import (
	"go/ast"
	"regexp"
	"strings"
	"testing"
	"time"
)

// defaultOf reads a default out of docs/settings.md, which is made from the sources.
func defaultOf(t *testing.T, setting string) time.Duration {
	t.Helper()
	row := regexp.MustCompile("(?m)^\\| `" + setting + "` \\| time \\| `([^`]+)` \\|").FindStringSubmatch(readFile(t, "docs/settings.md"))
	if row == nil {
		t.Fatalf("docs/settings.md has no default of %s", setting)
	}
	d, err := time.ParseDuration(row[1])
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestOperationsNamesDefaults: numbers of the page that are defaults of settings.
func TestOperationsNamesDefaults(t *testing.T) {
	page := readFile(t, "docs/operations.md")
	for setting, want := range map[string]time.Duration{
		"LIMITS__DRAIN_TIMEOUT": 30 * time.Second, "HYDRA__CACHE_TTL": 5 * time.Second, "MTLS__CERT_TTL": 24 * time.Hour, "TASK__RETENTION": 30 * 24 * time.Hour,
		"LIMITS__CONNECTION_AGE": time.Minute,
	} {
		if !strings.Contains(page, "`"+setting+"`") {
			t.Errorf("the page no longer names %s", setting)
		}
		if got := defaultOf(t, setting); got != want {
			t.Errorf("%s is %s, operations.md says %s", setting, got, want)
		}
	}
	stop := regexp.MustCompile(`TimeoutStopSec=(\d+s)|terminationGracePeriodSeconds: (\d+)`)
	found := 0
	for _, match := range stop.FindAllStringSubmatch(page, -1) {
		found++
		d, err := time.ParseDuration(strings.TrimSuffix(match[1]+match[2], "s") + "s")
		if err != nil || d <= defaultOf(t, "LIMITS__DRAIN_TIMEOUT") {
			t.Errorf("%s is not above LIMITS__DRAIN_TIMEOUT", match[0])
		}
	}
	if found != 2 {
		t.Errorf("%d stop timeouts in the page", found)
	}
}

// TestEveryMetricHasALine compares the names of metrics in the sources with the
// table of docs/operations.md, both ways.
func TestEveryMetricHasALine(t *testing.T) {
	p := read(t)
	p.gather()
	names := map[string]bool{}
	members := map[string]bool{"agent_id": true, "agent_did": true} // of JSON
	metric := regexp.MustCompile(`^(?:agent|registrar)_[a-z_]+$`)
	for _, counting := range []string{"agent", "audit", "boot", "daemon", "egress"} {
		for _, file := range p.folders[counting].files {
			ast.Inspect(file, func(n ast.Node) bool {
				if e, ok := n.(ast.Expr); ok {
					if text, ok := literal(e); ok && metric.MatchString(text) && p.gathered[text] == "" && !members[text] {
						names[text] = true
					}
				}
				return true
			})
		}
	}
	_, table, _ := strings.Cut(readFile(t, "docs/operations.md"), "| metric | says |")
	table, _, _ = strings.Cut(table, "## Alerts")
	lines := map[string]bool{}
	for _, match := range regexp.MustCompile("`((?:agent|registrar)_[a-z_]+)").FindAllStringSubmatch(table, -1) {
		lines[match[1]] = true
	}
	for name := range names {
		if !lines[name] {
			t.Errorf("docs/operations.md has no line for %s", name)
		}
	}
	for name := range lines {
		if !names[name] {
			t.Errorf("docs/operations.md has a line for %s, which is not counted", name)
		}
	}
}
