package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/registrar/operator"
)

func newGrant() *cobra.Command {
	var none bool
	cmd := asking{
		use: "grant DID {SCOPE... | --none}", short: "Give a DID scopes by name, in place of those of all",
		long: `grant replaces the scopes that a DID has by name, known or not. They count instead
of REGISTRAR__SCOPES and come into force with the agent's next registration, which
is at its next start. agent:admin can be had in no other way, and is not enough by
itself: each peer honours it only for the DIDs in its own AUTH__ADMINS. A scope that
is neither in REGISTRAR__SCOPES nor known to agents is granted with a warning.`,
		example: `  registrar grant did:bindu:you_at_example_com:ops:1234 agent:read agent:write agent:admin
  registrar grant did:bindu:you_at_example_com:ops:1234 --none     as everybody again`,
		args: func(_ *cobra.Command, given []string) error {
			if none && len(given) != 1 || !none && len(given) < 2 {
				return errors.New("grant takes a DID and scopes, or a DID and --none")
			}
			return nil
		},
		run: func(ctx context.Context, c *operator.Client, cmd *cobra.Command, given []string, asJSON bool) error {
			now, err := c.Grant(ctx, given[0], given[1:])
			if err != nil {
				return err
			}
			if odd := unheard(now); len(odd) > 0 {
				fmt.Fprintf(cmd.ErrOrStderr(), "warning: nobody knows the scope %s; those of REGISTRAR__SCOPES are %s\n",
					cli.ForTerminal(strings.Join(odd, " ")), cli.ForTerminal(strings.Join(now.Usual, " ")))
			}
			return done(cmd, asJSON, outcome{DID: given[0], Done: "granted", Scopes: given[1:]}, granted(given[0], now))
		},
	}.command()
	cmd.Flags().BoolVar(&none, "none", false, "take away what was granted by name: the scopes of all count again")
	return cmd
}

// unheard are the scopes that neither all have nor an agent knows: they may be written
// wrongly.
func unheard(g operator.Granted) (odd []string) {
	known := append([]string{identity.PermissionRead, identity.PermissionWrite, identity.PermissionAdmin}, g.Usual...)
	for _, scope := range g.Scopes {
		if !slices.Contains(known, scope) {
			odd = append(odd, scope)
		}
	}
	return odd
}

// granted is what a grant came to, for people.
func granted(d string, g operator.Granted) string {
	line := d + " has " + strings.Join(g.Scopes, " ") + " from its next registration on"
	if slices.Contains(g.Scopes, identity.PermissionAdmin) {
		line += "; peers honour " + identity.PermissionAdmin + " only for DIDs in their AUTH__ADMINS"
	}
	return line
}
