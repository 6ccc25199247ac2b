package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/internal/cli"
)

// newMoved answers who knows the demo from an older version. It takes whatever
// flags the demo has, so that the remedy and not a flag is what it speaks of.
func newMoved() *cobra.Command {
	return &cobra.Command{
		Use:                "demo",
		Short:              "A program of its own now: go run ./cmd/demo",
		Hidden:             true,
		DisableFlagParsing: true,
		RunE: func(*cobra.Command, []string) error {
			return &reasonedError{
				wordUsage, `in this project's source tree: "go run ./cmd/demo"; it takes the same flags`,
				cli.Usage(errors.New("the demo is a program of its own")),
			}
		},
	}
}
