package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/authoritytest"
)

// marked finds the programs of docs/clients.md that are to be run.
var marked = regexp.MustCompile("(?s)<!-- run: (\\w+) -->\n```\\w+\n(.*?)```")

// clientExamples says what runs each program of the page, and what else it needs.
var clientExamples = map[string]struct {
	file  string
	needs []string
	hydra bool // whether it is told Hydra's address
}{
	"curl":   {"call.sh", []string{"bash", "curl", "openssl"}, false},
	"python": {"call.py", []string{"python3", "openssl"}, true},
	"node":   {"call.mjs", []string{"node"}, true},
}

// TestEndToEndClientsOfOtherLanguages runs the programs of docs/clients.md as
// they stand there: each reaches an agent, and none speaks to another one.
func TestEndToEndClientsOfOtherLanguages(t *testing.T) {
	page, err := os.ReadFile("../../docs/clients.md")
	if err != nil {
		t.Fatal(err)
	}
	programs := marked.FindAllStringSubmatch(string(page), -1)
	if len(programs) != len(clientExamples) {
		t.Fatalf("the page has %d programs to run, want %d", len(programs), len(clientExamples))
	}
	s := newDirectStack(t, authoritytest.Options{})
	poet, critic := s.start("poet", nil), s.start("critic", nil)
	commands := buildAgent(t)
	for _, program := range programs {
		name := program[1]
		t.Run(name, func(t *testing.T) {
			example := clientExamples[name]
			for _, tool := range example.needs {
				need(t, tool)
			}
			file := filepath.Join(t.TempDir(), example.file)
			if err := os.WriteFile(file, []byte(program[2]), 0o600); err != nil {
				t.Fatal(err)
			}
			call := func(did string) (string, error) {
				args := []string{file, critic.URL(), did, s.auth.HydraPublic}
				if example.hydra {
					args = append(args, s.auth.HydraPublic)
				}
				cmd := exec.CommandContext(t.Context(), example.needs[0], append(args, `say "hé" \o/`)...)
				cmd.Env = append(os.Environ(),
					"AGENT__DIR="+poet.dir, "HYDRA__PUBLIC_URL="+s.auth.HydraPublic, "HYDRA__ADMIN_URL="+s.auth.HydraAdmin,
					"PATH="+commands+string(os.PathListSeparator)+os.Getenv("PATH"))
				cmd.Dir = t.TempDir()
				out, err := cmd.CombinedOutput()
				return string(out), err
			}
			out, err := call(critic.DID().String())
			if err != nil || !strings.Contains(out, "heard say ") || !strings.Contains(out, `\o/`) {
				t.Errorf("%v: %s", err, out)
			}
			if got := critic.lastCaller(); got.DID != poet.DID() {
				t.Errorf("the caller was %s", got.DID)
			}
			if out, err := call(poet.DID().String()); err == nil || !strings.Contains(out, "the certificate is that of") {
				t.Errorf("to a peer of another name: %v: %s", err, out)
			}
		})
	}
}

// need skips where a program that the example runs is absent, but not in CI.
func need(t *testing.T, tool string) {
	t.Helper()
	_, err := exec.LookPath(tool)
	switch {
	case err != nil && os.Getenv("CI") == "true":
		t.Fatal(err)
	case err != nil:
		t.Skip("this machine has no ", tool)
	}
}

// buildAgent builds the commands and returns the directory they are in.
func buildAgent(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "agent"), "../../cmd/agent")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}
