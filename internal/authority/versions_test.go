package authority

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSameVersionsAsTheAuthority keeps the first run short: what the agent and the authority both link, which is all of
// step-ca, is compiled once if its modules have the same versions in both go.mod files.
func TestSameVersionsAsTheAuthority(t *testing.T) {
	source, err := Locate()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	ours, theirs := versions(t, filepath.Join(source, "..", "..")), versions(t, source)
	for module, version := range ours {
		if theirs[module] != version {
			t.Errorf("%s is %s here and %q in dev/authority; remedy: go get %s@%s there", module, version, theirs[module], module, version)
		}
	}
}

// versions lists the modules that step-ca is made of in the module at dir.
func versions(t *testing.T, dir string) map[string]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}} {{.Version}}{{end}}", "github.com/smallstep/certificates/ca")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if module, version, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			found[module] = version
		}
	}
	if len(found) == 0 {
		t.Fatal("step-ca is made of nothing in ", dir)
	}
	return found
}
