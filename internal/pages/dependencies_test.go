package pages

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(repository + "/" + path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// direct are the modules that go.mod requires for our own imports.
func direct(t *testing.T) []string {
	t.Helper()
	var modules []string
	within := false
	for line := range strings.Lines(readFile(t, "go.mod")) {
		line = strings.TrimSpace(line)
		rest, single := strings.CutPrefix(line, "require ")
		switch {
		case line == "require (":
			within = true
		case line == ")":
			within = false
		case (within || single) && line != "" && !strings.HasSuffix(line, "// indirect"):
			if !single {
				rest = line
			}
			modules = append(modules, strings.Fields(rest)[0])
		}
	}
	return modules
}

var module = regexp.MustCompile(`[a-z0-9.-]+\.[a-z]+/[A-Za-z0-9./_-]+`)

// TestEveryDependencyHasALine compares go.mod with docs/dependencies.md, both ways.
func TestEveryDependencyHasALine(t *testing.T) {
	lines := map[string]bool{}
	columns := 0
	for line := range strings.Lines(readFile(t, "docs/dependencies.md")) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		switch {
		case !strings.HasPrefix(line, "| "):
			continue
		case strings.TrimSpace(cells[0]) == "module":
			columns = len(cells)
		case len(cells) != columns:
			t.Errorf("%d cells, the head of the table has %d: %s", len(cells), columns, line)
		}
		for _, name := range module.FindAllString(cells[0], -1) {
			lines[name] = true
		}
		for _, cell := range cells {
			if strings.TrimSpace(cell) == "" {
				t.Errorf("an empty cell: %s", line)
			}
		}
	}
	modules := direct(t)
	if len(modules) < 20 {
		t.Fatalf("only %d modules were found in go.mod: %q", len(modules), modules)
	}
	known := map[string]bool{}
	for _, name := range modules {
		known[name] = true
		if !lines[name] {
			t.Errorf("docs/dependencies.md has no line for %s", name)
		}
	}
	for name := range lines {
		if !known[name] {
			t.Errorf("docs/dependencies.md has a line for %s, which go.mod does not require for us", name)
		}
	}
}
