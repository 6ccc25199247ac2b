package a2a_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/a2a"
)

// TestPageTellsTheTruth holds the tables of docs/a2a.md against the tables that are
// dispatched by. Set UPDATE_DOCS=1 to write them anew.
func TestPageTellsTheTruth(t *testing.T) {
	const path = "../docs/a2a.md"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	updated := string(page)
	for name, table := range map[string]string{"methods": methodTable(), "errors": errorTable()} {
		block := regexp.MustCompile("(?s)<!-- " + name + " -->\n.*<!-- /" + name + " -->")
		want := "<!-- " + name + " -->\n" + table + "<!-- /" + name + " -->"
		if got := block.FindString(updated); got != want && os.Getenv("UPDATE_DOCS") == "" {
			t.Errorf("the page has\n%s\nwant\n%s", got, want)
		}
		updated = block.ReplaceAllLiteralString(updated, want)
	}
	if os.Getenv("UPDATE_DOCS") != "" {
		if err := os.WriteFile(path, []byte(updated), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func methodTable() string {
	paths := make(map[string][]string)
	for path, calls := range a2a.HTTPJSONRoutes() {
		for _, verb := range slices.Sorted(maps.Keys(calls)) {
			paths[calls[verb]] = append(paths[calls[verb]], "`"+verb+" "+path+"`")
		}
	}
	var b strings.Builder
	b.WriteString("| method in JSON-RPC | of | in HTTP+JSON | permission |\n|---|---|---|---|\n")
	for _, m := range a2a.Methods() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | `%s` |\n", m.Name, m.Dialect, strings.Join(paths[m.Name], ", "), strings.Join(m.Permissions, "` or `"))
	}
	return b.String()
}

func errorTable() string {
	var b strings.Builder
	b.WriteString("| error | JSON-RPC | HTTP | google.rpc.Code |\n|---|---|---|---|\n")
	for _, e := range a2a.ErrorCodes() {
		fmt.Fprintf(&b, "| `%s` | %d | %d | `%s` |\n", e.Reason, e.Number, e.Status, e.Name)
	}
	return b.String()
}

// Every method of A2A 1.0 has its paths in HTTP+JSON, and no other has any.
func TestHTTPJSONHasTheMethodsOfItsVersion(t *testing.T) {
	called := make(map[string]bool)
	for _, calls := range a2a.HTTPJSONRoutes() {
		for _, method := range calls {
			called[method] = true
		}
	}
	for _, m := range a2a.Methods() {
		if called[m.Name] != (m.Dialect == "1.0") {
			t.Errorf("%s of %s: %t", m.Name, m.Dialect, called[m.Name])
		}
		delete(called, m.Name)
	}
	if len(called) > 0 {
		t.Errorf("nobody carries out %v", called)
	}
}
