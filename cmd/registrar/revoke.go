package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/registrar/operator"
)

func newRevoke() *cobra.Command {
	var note string
	cmd := asking{
		use: "revoke DID", short: "Revoke a DID, known or not, until it is restored",
		long: `revoke ends an agent: the DID cannot register from now on, and its client and its
tokens are deleted at the authorization server. The revocation counts at once,
also where that server does not answer: the deletion is tried until it succeeds.
A DID that nobody has yet is kept out in the same way; the answer says so, since it
may be written wrongly, and "registrar restore" takes it back.`,
		example: `  registrar revoke did:bindu:you_at_example_com:poet:1234 --note "host stolen"`,
		args:    cobra.ExactArgs(1),
		run: func(ctx context.Context, c *operator.Client, cmd *cobra.Command, given []string, asJSON bool) error {
			r, err := c.Revoke(ctx, given[0], note)
			if err != nil {
				return err
			}
			return done(cmd, asJSON, r, revoked(r))
		},
	}.command()
	cmd.Flags().StringVar(&note, "note", "", "why, for people")
	return cmd
}

// revoked is what a revocation came to, for people.
func revoked(r operator.Revocation) string {
	switch {
	case !r.Bound && r.Removed:
		return "no agent was ever bound to " + r.DID + ": there was nothing to end, and it is kept out from now on"
	case !r.Bound:
		return "no agent was ever bound to " + r.DID + ": it is kept out from now on; whether the authorization server has a client of that name is looked at until it answers"
	case r.Removed:
		return r.DID + " is revoked, its client and tokens are gone"
	}
	return r.DID + " is revoked; its client at the authorization server is not deleted yet, which is tried until it is"
}

func newRestore() *cobra.Command {
	var note string
	cmd := asking{
		use: "restore DID", short: "Let a revoked DID register again, with the key that it had",
		long: `restore lets a revoked DID register again. It trusts the key that the DID had: if
that was stolen, let the agent have another DID instead. It also lets a DID register
anew whose client somebody else deleted.`,
		args: cobra.ExactArgs(1),
		run: func(ctx context.Context, c *operator.Client, cmd *cobra.Command, given []string, asJSON bool) error {
			if err := c.Restore(ctx, given[0], note); err != nil {
				return err
			}
			return done(cmd, asJSON, outcome{DID: given[0], Done: "restored"}, given[0]+" may register again")
		},
	}.command()
	cmd.Flags().StringVar(&note, "note", "", "why, for people")
	return cmd
}
