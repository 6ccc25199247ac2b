package main

import (
	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/internal/cli"
)

// linked is the version that `make build` gives the linker, empty without it.
var linked string

func newVersion() *cobra.Command { return cli.NewVersion("agent", linked) }

func readBuild() cli.Build { return cli.ReadBuild(linked) }
