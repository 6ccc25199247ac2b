package main

import (
	"cmp"
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/registrar/operator"
)

// asking is a command that asks the running registrar. What it prints as JSON it may
// print for people as well.
type asking struct {
	use, short, long, example string
	args                      cobra.PositionalArgs
	takes                     time.Duration // how long it waits at most; 0 is patience
	run                       func(ctx context.Context, c *operator.Client, cmd *cobra.Command, given []string, asJSON bool) error
}

// patience is how long a command waits for the registrar, which may be waiting for
// the authorization server.
const patience = time.Minute

func (a asking) command() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: a.use, Short: a.short, Long: a.long, Example: a.example, Args: cli.Args(a.args),
		RunE: func(cmd *cobra.Command, given []string) error {
			dir, err := directory()
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), cmp.Or(a.takes, patience))
			defer cancel()
			client := operator.NewClient(dir)
			defer client.Close()
			return a.run(ctx, client, cmd, given, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// done tells that something was done: a line for people, v for programs.
func done(cmd *cobra.Command, asJSON bool, v any, line string) error {
	if asJSON {
		return cli.PrintJSON(cmd.OutOrStdout(), v)
	}
	_, err := cmd.OutOrStdout().Write([]byte(cli.ForTerminal(line) + "\n"))
	return err
}

// outcome is what a change came to, for programs.
type outcome struct {
	DID    string   `json:"did,omitempty"`
	ID     string   `json:"id,omitempty"`
	Done   string   `json:"done"`
	Scopes []string `json:"scopes,omitempty"`
}

// when writes a time for people.
func when(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}
