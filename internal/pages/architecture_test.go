package pages

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const architecture = "docs/architecture.md"

// TestArchitectureNamesWhatExists: whoever follows a walk, or makes a change as
// the page says, finds each file and, at the stops of a walk, the function.
func TestArchitectureNamesWhatExists(t *testing.T) {
	page := readFile(t, architecture)
	for _, fault := range misnamed(page) {
		t.Error(fault)
	}
	if n := len(pathsIn(page)); n < 100 {
		t.Errorf("only %d paths were found", n)
	}
	walks := 0
	for section := range strings.SplitSeq(page, "\n### ") {
		if stops := len(stopLine.FindAllString(section, -1)); stops > 0 {
			walks++
			if stops < 10 {
				t.Errorf("a walk of %d stops", stops)
			}
		}
	}
	_, changes, _ := strings.Cut(page, "| change | files |\n|---|---|\n")
	if rows := strings.Count(changes, "\n| ") + 1; walks != 3 || rows != 15 {
		t.Errorf("%d walks and %d changes, the page speaks of three and fifteen", walks, rows)
	}
}

// The test above notices what is gone, whatever it is.
func TestAMisnamedFileIsNoticed(t *testing.T) {
	for text, want := range map[string][]string{
		"see `gate/chain.go` and `gate/replay/`":                 nil,
		"see `gate/chains.go`":                                   {"gate/chains.go"},
		"see `gates/`":                                           {"gates/"},
		"see `gate/chain.go/`":                                   {"gate/chain.go/"},
		"see `gate/gone` and `boot.go`":                          {"gate/gone", "boot.go"},
		"see `docs/none.md`, `.none.yaml`":                       {"docs/none.md", ".none.yaml"},
		"ask `/livez`, run `go run ./cmd/demo`":                  nil,
		"| `gate/chain.go` | `ServeHTTP` | x |":                  nil,
		"| `gate/chain.go` | `ServeHTTPS` | x |":                 {"gate/chain.go has no function ServeHTTPS"},
		"by `task/sqlrows/submit.go`, `Submit`, it is stored":    nil,
		"by `task/sqlrows/submit.go`, `Submitted`, it is stored": {"task/sqlrows/submit.go has no function Submitted"},
		"who is barred (`gate/policy.go`, `callerPolicies`), is": {"gate/policy.go has no function callerPolicies"},
	} {
		got := misnamed(text)
		if !slices.EqualFunc(got, want, strings.Contains) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

var (
	quoted = regexp.MustCompile("`([^`\n]+)`")
	// stop is a function at its file: in a row of a walk, or in a sentence.
	stop     = regexp.MustCompile("`([A-Za-z0-9_./-]+\\.go)`(?: \\| |, )`([A-Za-z0-9_]+)`")
	stopLine = regexp.MustCompile("(?m)^\\| `[a-z0-9_./]+\\.go` \\| `[A-Za-z0-9]+` \\| ")
)

// misnamed says which files and functions of a page are not there.
func misnamed(page string) (faults []string) {
	for _, path := range pathsIn(page) {
		info, err := os.Stat(filepath.Join(repository, path))
		if err == nil && strings.HasSuffix(path, "/") && !info.IsDir() || err != nil {
			faults = append(faults, fmt.Sprintf("%s: there is no %s", architecture, path))
		}
	}
	for _, match := range stop.FindAllStringSubmatch(page, -1) {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(repository, match[1]), nil, parser.SkipObjectResolution)
		if err == nil && !declares(file, match[2]) { // what cannot be read was told above
			faults = append(faults, fmt.Sprintf("%s: %s has no function %s", architecture, match[1], match[2]))
		}
	}
	return faults
}

// pathsIn are the texts of a page that name a file or a directory of ours.
func pathsIn(page string) (paths []string) {
	for _, match := range quoted.FindAllStringSubmatch(page, -1) {
		text := match[1]
		file := slices.Contains([]string{".go", ".md", ".yaml"}, filepath.Ext(text))
		ours := file || strings.Contains(text, "/") && text != ".bindu/" // the directory of an agent
		if ours && !strings.HasPrefix(text, "/") && !strings.Contains(text, " ") {
			paths = append(paths, text)
		}
	}
	return paths
}

func declares(file *ast.File, name string) bool {
	return slices.ContainsFunc(file.Decls, func(d ast.Decl) bool {
		f, ok := d.(*ast.FuncDecl)
		return ok && f.Name.Name == name
	})
}
