package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// mutant is one change to one file.
type mutant struct {
	name     string
	file     string // from the root of the module
	old, new string // old stands exactly once in file
	// packages are what go test is given, flags behind the package. Quickest
	// first: the others run only while too few tests have failed.
	packages []string
}

// row is the mutant's line in docs/testing.md.
func (m mutant) row() string { return fmt.Sprintf("| %s | %s |", m.name, m.file) }

// mutate returns the changed file.
func (m mutant) mutate(source []byte) ([]byte, error) {
	if n := bytes.Count(source, []byte(m.old)); n != 1 {
		return nil, fmt.Errorf("%s holds %q %d times, want once", m.file, m.old, n)
	}
	return bytes.Replace(source, []byte(m.old), []byte(m.new), 1), nil
}

// overlay writes the changed file into dir, and what tells the go command to
// read it in place of the other.
func (m mutant) overlay(dir string) (string, error) {
	path, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	mutated, err := m.mutate(source)
	if err != nil {
		return "", err
	}
	replacement := filepath.Join(dir, "mutant.go")
	if err := os.WriteFile(replacement, mutated, 0o600); err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {path: replacement}})
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "overlay.json")
	return name, os.WriteFile(name, overlay, 0o600)
}
