package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/registrar/operator"
)

func newPending() *cobra.Command {
	return asking{
		use: "pending", short: "List the agents that wait for approval",
		long: `pending lists who waits for approval with REGISTRAR__MODE=approve: DID, fingerprint
of the key, address, and until when it waits. Anybody who reaches the registrar can
be on the list; compare the fingerprint with the one that the agent shows.`,
		args: cobra.NoArgs,
		run: func(ctx context.Context, c *operator.Client, cmd *cobra.Command, _ []string, asJSON bool) error {
			all, err := c.Pending(ctx)
			if err != nil {
				return err
			}
			return cli.PrintList(cmd.OutOrStdout(), cmd.ErrOrStderr(), all, asJSON, "nobody waits", func(w operator.Waiting) string {
				return fmt.Sprintf("%s\t%s\tfrom %s\tuntil %s", w.DID, w.Fingerprint, w.Address, when(w.Until))
			})
		},
	}.command()
}

func newApprove() *cobra.Command {
	return asking{
		use: "approve DID FINGERPRINT", short: "Let in an agent that waits",
		long: `approve binds a DID that waits to the key with that fingerprint, as "registrar
pending" shows both. The agent's next request succeeds.`,
		example: `  registrar approve did:bindu:you_at_example_com:poet:1234 SHA256:...`,
		args:    cobra.ExactArgs(2),
		run: func(ctx context.Context, c *operator.Client, cmd *cobra.Command, given []string, asJSON bool) error {
			if err := checkFingerprint(given[1]); err != nil {
				return err
			}
			if err := c.Approve(ctx, given[0], given[1]); err != nil {
				return err
			}
			return done(cmd, asJSON, outcome{DID: given[0], Done: "approved"}, given[0]+" is bound to its key, and registers with its next request")
		},
	}.command()
}

func newDeny() *cobra.Command {
	return asking{
		use: "deny DID FINGERPRINT", short: "Take an agent off the list of those that wait",
		long: `deny takes a DID with the key of that fingerprint off the list. It may ask again;
"registrar revoke" keeps a DID out for good.`,
		args: cobra.ExactArgs(2),
		run: func(ctx context.Context, c *operator.Client, cmd *cobra.Command, given []string, asJSON bool) error {
			if err := checkFingerprint(given[1]); err != nil {
				return err
			}
			if err := c.Deny(ctx, given[0], given[1]); err != nil {
				return err
			}
			return done(cmd, asJSON, outcome{DID: given[0], Done: "denied"}, given[0]+" waits no longer")
		},
	}.command()
}

// checkFingerprint refuses what can be the fingerprint of no key.
func checkFingerprint(text string) error {
	if did.IsFingerprint(text) {
		return nil
	}
	return cli.Usage(fmt.Errorf(`%q is no fingerprint of a key: that is SHA256: and 43 characters, as "registrar pending", "registrar import --list" and "agent did --json" print it`, text))
}
