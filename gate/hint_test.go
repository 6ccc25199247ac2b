package gate

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// setting is how a setting's name looks.
var setting = regexp.MustCompile(`[A-Z]{2,}__[A-Z]{2,}`)

// What strangers are told is made of texts in these packages; a test of every
// answer could forget one.
func TestWhatStrangersReadNamesNoSetting(t *testing.T) {
	for _, dir := range []string{".", "../internal/jsonrpc", "../internal/refusal", "../skill", "../a2a/card", "../a2a", "../identity/did", "../identity"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", dir, len(files), err)
		}
		for _, name := range files {
			if !strings.HasSuffix(name, "_test.go") {
				literalsWithoutSettings(t, name)
			}
		}
	}
}

func literalsWithoutSettings(t *testing.T, name string) {
	t.Helper()
	source, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	positions := token.NewFileSet()
	file, err := parser.ParseFile(positions, name, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && setting.MatchString(lit.Value) {
			t.Errorf("%v: %s", positions.Position(lit.Pos()), lit.Value)
		}
		return true
	})
}
