package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestEveryMutantStillFitsTheSource(t *testing.T) {
	names := map[string]bool{}
	for _, m := range mutants() {
		if names[m.name] {
			t.Errorf("two mutants are called %q", m.name)
		}
		names[m.name] = true
		source, err := os.ReadFile(filepath.Join("..", "..", m.file))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.mutate(source); err != nil {
			t.Errorf("%s: %v", m.name, err)
		}
	}
	if len(names) < 15 {
		t.Errorf("only %d mutants", len(names))
	}
}

func TestFailuresAreCountedOnce(t *testing.T) {
	output := []byte(`{"Action":"run","Test":"TestA"}
{"Action":"fail","Test":"TestA/one"}
{"Action":"fail","Test":"TestA/two"}
{"Action":"fail","Test":"TestA"}
{"Action":"pass","Test":"TestB"}
{"Action":"fail","Test":"TestC"}
{"Action":"fail","Package":"p"}
not JSON
`)
	failed, broken := failures(output)
	if want := []string{"TestA/one", "TestA/two", "TestC"}; !slices.Equal(failed, want) || broken != "" {
		t.Errorf("got %v %q", failed, broken)
	}
	if _, broken := failures([]byte(`{"Action":"build-output","Output":"x.go:1: no"}`)); broken == "" {
		t.Error("a build failure went unnoticed")
	}
}
