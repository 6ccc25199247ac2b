package main

import (
	"os"
	"strings"
	"testing"
)

func TestDocumentationListsEveryMutant(t *testing.T) {
	page, err := os.ReadFile("../../docs/testing.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mutants() {
		if !strings.Contains(string(page), "| "+m.name+" |") {
			t.Errorf("docs/testing.md does not list | %s | %s |", m.name, m.file)
		}
	}
}
