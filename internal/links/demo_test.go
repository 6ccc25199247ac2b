package links

import (
	"os/exec"
	"strings"
	"testing"
)

// The program that operators run holds nothing that plays an authority or an
// impostor, nor what drives tests: of the packages below internal, none that
// only the demo, tests and tools import, whatever comes to be among them.
func TestTheAgentHoldsNothingOfTheDemoAndTheTests(t *testing.T) {
	agent := set(linked(t, "cmd/agent"))
	for name := range set(linked(t, "cmd/demo")) {
		if ours, ok := strings.CutPrefix(name, module+"internal/"); ok && !agent[name] && !foreign[ours] {
			t.Errorf("only the demo links internal/%s: say here that it is the demo's", ours)
		}
	}
	existing := internals(t)
	for name := range foreign {
		if !existing[module+"internal/"+name] {
			t.Errorf("there is no internal/%s: is it called otherwise now?", name)
		}
		if agent[module+"internal/"+name] {
			t.Errorf("cmd/agent links internal/%s", name)
		}
	}
}

// foreign are the packages below internal that have no business in the agent.
var foreign = set([]string{
	"authority", "probe", // of the demo
	"authoritytest", "faultproxy", "hydratest", "loadscale", "oidctest", "stepcatest",
})

// internals are the packages below internal.
func internals(t *testing.T) map[string]bool {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", module+"internal/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	return set(strings.Fields(string(out)))
}

func set(names []string) map[string]bool {
	of := make(map[string]bool, len(names))
	for _, name := range names {
		of[name] = true
	}
	return of
}
