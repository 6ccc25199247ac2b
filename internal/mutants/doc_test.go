package main

import (
	"os"
	"strings"
	"testing"
)

// The table is what -list prints: every mutant, and none that is gone.
func TestDocumentationListsEveryMutant(t *testing.T) {
	page, err := os.ReadFile("../../docs/testing.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(page), "| change | file |\n|---|---|\n")
	if !ok {
		t.Fatal("docs/testing.md has no table of changes")
	}
	var want strings.Builder
	printTable(&want)
	if table, _, _ = strings.Cut(table, "\n\n"); strings.TrimSpace(table) != strings.TrimSpace(want.String()) {
		t.Errorf("the table in docs/testing.md is not that of go run ./internal/mutants -list:\n%s", want.String())
	}
}
