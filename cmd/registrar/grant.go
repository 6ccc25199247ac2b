package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/registrar/operator"
)

func newGrant() *cobra.Command {
	var none bool
	cmd := asking{
		use: "grant DID [SCOPE...]", short: "Give a DID scopes by name, in place of those of all",
		long: `grant replaces the scopes that a DID has by name, known or not. They count instead
of REGISTRAR__SCOPES and come into force with the agent's next registration, which
is at its next start. agent:admin can be had in no other way.`,
		example: `  registrar grant did:bindu:you_at_example_com:ops:1234 agent:read agent:write agent:admin
  registrar grant did:bindu:you_at_example_com:ops:1234 --none     as everybody again`,
		args: func(cmd *cobra.Command, given []string) error {
			if none {
				return cobra.ExactArgs(1)(cmd, given)
			}
			return cobra.MinimumNArgs(2)(cmd, given)
		},
		run: func(ctx context.Context, c *operator.Client, cmd *cobra.Command, given []string, asJSON bool) error {
			if err := c.Grant(ctx, given[0], given[1:]); err != nil {
				return err
			}
			return done(cmd, asJSON, outcome{DID: given[0], Done: "granted", Scopes: given[1:]},
				given[0]+" has that from its next registration on")
		},
	}.command()
	cmd.Flags().BoolVar(&none, "none", false, "take away what was granted by name: the scopes of all count again")
	return cmd
}
