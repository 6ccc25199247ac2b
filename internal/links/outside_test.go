package links

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// outside is a module of its own, as programs of others are: it uses what is public
// with exported API alone, and its examples are those of docs/library.md.
const outside = "../../testdata/library"

// goIn runs the go command in a directory and returns what it writes.
func goIn(t *testing.T, dir string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOWORK=off")
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("go %s in %s: %v\n%s", strings.Join(args, " "), dir, err, out)
	}
	return string(out)
}

func TestAModuleOutsideUsesWhatIsPublic(t *testing.T) {
	goIn(t, outside, "vet", "./...")
	out := goIn(t, outside, "test", "-v", "./...")
	for _, name := range []string{"Example_serve", "Example_call", "Example_stream", "Example_verify", "Example_gates", "TestStore", "TestReplay"} {
		if !strings.Contains(out, "--- PASS: "+name+" ") {
			t.Errorf("%s did not run:\n%s", name, out)
		}
	}
	used := goIn(t, outside, "list", "-test", "-f", `{{join .Imports "\n"}}`, "./...")
	for _, name := range public {
		if !strings.Contains(used, module+name+"\n") {
			t.Errorf("no example uses %s", name)
		}
	}
}

// goMod is what `go mod edit -json` says of a module.
type goMod struct {
	Go      string
	Require []struct{ Path, Version string }
	Replace []struct{ New struct{ Path string } }
}

// The module outside has no versions of its own: it builds with what is built here.
func TestTheModuleOutsideHasOurVersions(t *testing.T) {
	var ours, theirs goMod
	for dir, into := range map[string]*goMod{"../..": &ours, outside: &theirs} {
		if err := json.Unmarshal([]byte(goIn(t, dir, "mod", "edit", "-json")), into); err != nil {
			t.Fatal(err)
		}
	}
	const remedy = "run `go mod tidy` in testdata/library"
	if theirs.Go != ours.Go {
		t.Errorf("it is of Go %s, we are of %s: change its go.mod", theirs.Go, ours.Go)
	}
	if len(theirs.Replace) != 1 || filepath.Clean(filepath.Join(outside, theirs.Replace[0].New.Path)) != filepath.Clean("../..") {
		t.Errorf("it replaces %v, and must replace this module alone", theirs.Replace)
	}
	versions := make(map[string]string)
	for _, r := range ours.Require {
		versions[r.Path] = r.Version
	}
	for _, r := range theirs.Require {
		if version := versions[r.Path]; r.Path+"/" != module && r.Version != version {
			t.Errorf("it has %s %s, we have %q: %s", r.Path, r.Version, version, remedy)
		}
	}
	sums := set(sumLines(t, "../../go.sum"))
	for _, line := range sumLines(t, filepath.Join(outside, "go.sum")) {
		if !sums[line] {
			t.Errorf("our go.sum has no line %q: %s", line, remedy)
		}
	}
}

func sumLines(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}
