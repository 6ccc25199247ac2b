package links

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/getbindu/bindu-go/"

// linked returns the packages that a program links with the given one.
func linked(t *testing.T, name string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", module+name).Output()
	if err != nil {
		t.Fatalf("go list -deps %s: %v", name, err)
	}
	return strings.Fields(string(out))
}

// The rules of imports (.depguard.yaml) are about one step. These are about all
// of them, and about what comes with a library.
func TestWhatIsLinkedIsBounded(t *testing.T) {
	for name, bound := range map[string]struct {
		packages int      // fewer than
		without  []string // and none below these
	}{
		"gate": {300, []string{
			module + "transport/stepca", module + "task", module + "oauth/hydra", module + "oauth/oidc", "github.com/smallstep/", "go.step.sm/", "google.golang.org/grpc",
			"cel.dev/", "modernc.org/", "github.com/a2aproject/", "github.com/ory/",
		}},
		"peer": {400, []string{
			module + "transport/stepca", module + "task", module + "oauth", module + "gate", "github.com/smallstep/", "go.step.sm/", "google.golang.org/grpc",
			"cel.dev/", "modernc.org/", "github.com/a2aproject/a2a-go/v2/a2asrv", "github.com/a2aproject/a2a-go/a2a", "github.com/ory/",
		}},
		"identity/keystatement": {250, []string{
			module + "registrar", module + "oauth", module + "quota", module + "task", "modernc.org/", "github.com/ory/",
		}},
		"transport/mtls": {250, []string{module + "transport/stepca", "github.com/smallstep/", "go.step.sm/", "google.golang.org/"}},
		"a2a/card":       {250, []string{module + "task", "github.com/a2aproject/", "modernc.org/"}},
		"home":           {400, []string{module + "transport/stepca", module + "settings", module + "internal/configs", "github.com/smallstep/", "go.step.sm/", "cel.dev/"}},
		"cmd/agent":      {920, []string{"net/http/httptest", "github.com/rogpeppe/", module + "registrar"}},
		"cmd/registrar": {900, []string{
			"net/http/httptest", "github.com/rogpeppe/", module + "agent", module + "a2a", module + "peer", module + "policy", module + "backend",
			"cel.dev/",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := linked(t, name)
			if len(got) >= bound.packages {
				t.Errorf("%s links %d packages, the bound is %d; what is new among them?", name, len(got), bound.packages)
			}
			if !slices.Contains(got, module+name) {
				t.Fatalf("%s is not among what it links: %d packages", name, len(got))
			}
			for _, prefix := range bound.without {
				for _, dep := range got {
					if dep == strings.TrimSuffix(prefix, "/") || strings.HasPrefix(dep, strings.TrimSuffix(prefix, "/")+"/") {
						t.Errorf("%s links %s", name, dep)
					}
				}
			}
		})
	}
}

// The client of the CA is the reason for most of what the agent links, so that
// it is in the agent and in nothing that others may want without it.
func TestOnlyWhoEnrolsLinksTheClientOfTheCA(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var importers []string
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if slices.Contains(fields[1:], module+"transport/stepca") {
			importers = append(importers, strings.TrimPrefix(fields[0], module))
		}
	}
	slices.Sort(importers)
	if want := []string{"agent", "cmd/agent", "cmd/registrar", "internal/boot", "internal/configs", "internal/configs/shared", "registrar/daemon"}; !slices.Equal(importers, want) {
		t.Errorf("imported by %v, want %v", importers, want)
	}
}
