package links

import (
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

// What docs/library.md shows stands in the module outside, word for word, and every
// example of that is on the page.
func TestTheLibraryPageShowsWhatIsBuilt(t *testing.T) {
	page := libraryPage(t)
	var built strings.Builder
	files, err := filepath.Glob(outside + "/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	programs := []string{outside + "/speller/main.go", outside + "/spelling/spelling.go"}
	for _, path := range append(programs, files...) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		built.Write(text)
	}
	shown := codeOf(page)
	for _, code := range shown {
		if !strings.Contains(built.String(), code) {
			t.Errorf("this is on the page and not in %s:\n%s", outside, code)
		}
	}
	examples := examplesOf(t, files)
	for name, code := range examples {
		if !slices.ContainsFunc(shown, func(s string) bool { return strings.Contains(s, code) }) {
			t.Errorf("%s is not on the page as it is built", name)
		}
	}
	for _, path := range programs {
		if text, _ := os.ReadFile(path); !slices.Contains(shown, string(text)) {
			t.Errorf("%s is not on the page as a whole", path)
		}
	}
	if len(examples) != 5 {
		t.Errorf("%d examples", len(examples))
	}
}

func libraryPage(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/library.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

func codeOf(page string) (all []string) {
	for _, block := range regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(page, -1) {
		all = append(all, block[1])
	}
	return all
}

// examplesOf returns the source of each example, from its comment on.
func examplesOf(t *testing.T, files []string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(f.Name.Name, "Example") {
				all[f.Name.Name] = string(text[set.Position(f.Doc.Pos()).Offset:set.Position(f.End()).Offset])
			}
		}
	}
	return all
}

// The tables of packages are the lists that the test of their signatures goes by.
func TestTheLibraryPageNamesThePackages(t *testing.T) {
	_, tables, _ := strings.Cut(libraryPage(t), "\n## Packages\n")
	first, second, _ := strings.Cut(tables, "\nNo signature of theirs")
	for _, c := range []struct {
		table string
		want  []string
	}{{first, public}, {second, needed}} {
		var named []string
		for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]*`) \\|").FindAllStringSubmatch(c.table, -1) {
			for _, name := range strings.Split(row[1], ", ") {
				named = append(named, strings.Trim(name, "`"))
			}
		}
		if slices.Sort(named); !slices.Equal(named, c.want) {
			t.Errorf("the page names %q, the list is %q", named, c.want)
		}
	}
}
