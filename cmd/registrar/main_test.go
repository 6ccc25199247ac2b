package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The scripts of testdata run this very program, one behaviour a file.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"registrar": main})
}

// TestCommands need nobody but the registrar, if that.
func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}
