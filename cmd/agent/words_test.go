package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/cli"
)

// TestEveryExitHasAWord drives each command into its ways to fail and wants a
// word, which stands in docs/troubleshooting.md.
func TestEveryExitHasAWord(t *testing.T) {
	page, err := os.ReadFile("../../docs/troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{"broken.yaml": "rules: [", "headers": "no header\n", "seed": "zz"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	word := regexp.MustCompile(`(?m)^error \[([a-z][a-z0-9_]*)\]: `)
	seed := strings.Repeat("0", 64)
	for _, line := range []string{
		"nonsense", "--nonsense", "version extra", "config extra", "config --nonsense", "config",
		"serve extra", "serve", "serve --nonsense", "call", "call a", "call a b", "call https://127.0.0.1:1 hi --did nonsense", "call https://127.0.0.1:1 hi --timeout soon",
		"did", "did extra", "did document", "did derive", "did derive --author a/b --name c", "did derive --author a --name b --public-key x",
		"cert", "cert extra", "cert --pem --json", "cert absent.pem", "token", "token nonsense", "token inspect", "token inspect extra",
		"policy nonsense", "policy test", "policy test absent.yaml --method x", "policy test broken.yaml --method x", "policy test broken.yaml",
		"sign", "sign --dir absent", "sign --seed-file absent", "sign --seed-file seed", "sign --seed-hex " + seed, "sign --seed-hex " + seed + " --did x",
		"sign --scheme nonsense --seed-hex " + seed + " --did did:a:b", "sign --seed-hex " + seed + " --dir x",
		"verify", "verify --headers absent", "verify --headers headers", "verify --nonsense", "health extra", "health", "health --timeout soon",
		"egress", "egress extra", "egress --nonsense", "egress forget", "egress forget nobody", "tasks nonsense", "tasks list extra", "tasks list", "tasks clear", "tasks clear --did x", "tasks clear --did x --older-than soon",
		"init-authority", "demo", "demo --keep",
	} {
		var out, errOut bytes.Buffer
		code := run(t.Context(), strings.Fields(line), strings.NewReader(""), &out, &errOut)
		match := word.FindStringSubmatch(errOut.String())
		switch {
		case code == cli.ExitOK && line == "token":
		case code == cli.ExitOK:
			t.Errorf("agent %s: exit 0", line)
		case match == nil:
			t.Errorf("agent %s: exit %d without a word: %s%s", line, code, &out, &errOut)
		case match[1] == wordInternal:
			t.Errorf("agent %s: %s", line, &errOut)
		case !bytes.Contains(page, []byte("`"+match[1]+"`")):
			t.Errorf("agent %s: docs/troubleshooting.md lacks %s", line, match[1])
		}
	}
}

// TestWordsOfTheTableAreDocumented compares the table with the page.
func TestWordsOfTheTableAreDocumented(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "troubleshooting.md"))
	if err != nil {
		t.Fatal(err)
	}
	words := []string{wordUsage, wordInternal, "settings_invalid", "port_unavailable", "address_unavailable", "refused", "timeout", "interrupted"}
	for _, d := range diagnoses() {
		words = append(words, d.reason)
	}
	for _, word := range words {
		if !bytes.Contains(page, []byte("`"+word+"`")) {
			t.Errorf("docs/troubleshooting.md lacks %s", word)
		}
	}
}
