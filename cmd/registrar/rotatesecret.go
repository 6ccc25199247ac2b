package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/registrar/operator"
)

func newRotateSecret() *cobra.Command {
	return asking{
		use: "rotate-secret DID", short: "End an agent's client secret, so that it makes another",
		long: `rotate-secret is for a client secret that somebody else may have, where the key of
the agent is still its own. The client and its tokens are deleted at the
authorization server, and the DID counts as not registered, from this moment on. The
agent is out until it has looked how it stands, which it does every minute: the
registrar answers it nothing about callers, and its /readyz says 503. Then it makes
another secret, proves its key, and is registered again. It needs no restart, and keeps
DID, key, scopes and certificate. An agent of the Python reference does so when it is
restarted.

The old secret is good for nothing until the DID's own key signs a registration with
it. The registrar keeps no secret and cannot tell one from another: agents of ours make
another.

Where the key may be stolen too, revoke the DID instead.`,
		example: `  registrar rotate-secret did:bindu:you_at_example_com:poet:1234`,
		args:    cobra.ExactArgs(1),
		run: func(ctx context.Context, c *operator.Client, cmd *cobra.Command, given []string, asJSON bool) error {
			ended, err := c.EndSecret(ctx, given[0])
			if err != nil {
				return err
			}
			line := "the secret of " + given[0] + " is ended; its agent is out until it makes another, as ours do within a minute"
			if !ended.Removed {
				line += "; its client at the authorization server is not deleted yet, which is tried until it is"
			}
			return done(cmd, asJSON, struct {
				outcome
				operator.Ended
			}{outcome{DID: given[0], Done: "secret_ended"}, ended}, line)
		},
	}.command()
}
