package main

import (
	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/internal/cli"
)

func newVersion() *cobra.Command { return cli.NewVersion("registrar", linked) }

// linked is the version that `make build` gives the linker, empty without it.
var linked string
