package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/registrar/operator"
)

func newToken() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Make, list and end enrolment tokens",
		Long: `An enrolment token lets an agent bind its DID to its key, once or several times. It
is a secret: whoever has it can enrol an agent whose DID fits its patterns.`,
		Args: cli.UnknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newTokenCreate(), newTokenList(), newTokenRevoke())
	return cmd
}

func newTokenCreate() *cobra.Command {
	var want operator.NewToken
	cmd := asking{
		use: "create", short: "Make an enrolment token and print it, this once",
		long: `create makes an enrolment token and prints it to standard output; the registrar
keeps only its hash, so that it cannot be shown again. What the token allows is
printed to standard error. Give the text to the agent as its enrolment token.

Author and name are those of the agents whose DIDs it may bind,
did:bindu:AUTHOR:NAME:..., or patterns with * and ?. They are written as the agent
has them (AGENT__AUTHOR, AGENT__NAME) or as its DID has them: you@example.com and
you_at_example_com are one. The token lives for 30 days (720h) at most. A DID that does not follow from its key, such as one of
the Python reference, can be bound only by a token for exactly its author and name.`,
		example: `  registrar token create --author you@example.com --name poet
  registrar token create --author you_at_example_com --name '*' --uses 20 --lifetime 1h
  registrar token create --author a --name b > token`,
		args: cobra.NoArgs,
		run: func(ctx context.Context, c *operator.Client, cmd *cobra.Command, _ []string, asJSON bool) error {
			if want.Author == "" || want.Name == "" {
				return cli.Usage(errors.New(`--author and --name are needed: whose DIDs the token binds; '*' is any`))
			}
			t, err := c.CreateToken(ctx, want)
			if err != nil {
				return err
			}
			if asJSON {
				return cli.PrintJSON(cmd.OutOrStdout(), t)
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "token %s binds %d of did:bindu:%s:%s:... until %s\n",
				t.ID, t.MaxUses, cli.ForTerminal(t.Author), cli.ForTerminal(t.Name), when(t.Expires))
			_, err = fmt.Fprintln(cmd.OutOrStdout(), t.Text)
			return err
		},
	}.command()
	flags := cmd.Flags()
	flags.StringVar(&want.Author, "author", "", "author of the DIDs that it may bind, or a pattern")
	flags.StringVar(&want.Name, "name", "", "name of the DIDs that it may bind, or a pattern")
	flags.IntVar(&want.Uses, "uses", 1, "how many DIDs it binds")
	flags.DurationVar(&want.Lifetime, "lifetime", time.Hour, "how long it can be used, at most 720h")
	return cmd
}

func newTokenList() *cobra.Command {
	return asking{
		use: "list", short: "List the enrolment tokens, without their texts",
		long: "list shows the enrolment tokens that were not ended, used up and expired ones too.", args: cobra.NoArgs,
		run: func(ctx context.Context, c *operator.Client, cmd *cobra.Command, _ []string, asJSON bool) error {
			all, err := c.Tokens(ctx)
			if err != nil {
				return err
			}
			return cli.PrintList(cmd.OutOrStdout(), cmd.ErrOrStderr(), all, asJSON, "there are no enrolment tokens", func(t operator.Token) string {
				if t.Reference != "" {
					return fmt.Sprintf("%s\t%s\t%s\tcredential of\t%s", t.ID, cli.ForTerminal(t.Author), cli.ForTerminal(t.Name), t.Reference)
				}
				return fmt.Sprintf("%s\t%s\t%s\tused %d of %d\tuntil %s", t.ID, cli.ForTerminal(t.Author), cli.ForTerminal(t.Name), t.Uses, t.MaxUses, when(t.Expires))
			})
		},
	}.command()
}

func newTokenRevoke() *cobra.Command {
	return asking{
		use: "revoke ID", short: "End an enrolment token",
		long: `revoke ends an enrolment token. DIDs that were bound by it stay bound; "registrar
show" says by which token a DID was. An agent of the Python reference whose credential
it is ("registrar token list" says so) is answered no more.`,
		args: cobra.ExactArgs(1),
		run: func(ctx context.Context, c *operator.Client, cmd *cobra.Command, given []string, asJSON bool) error {
			if err := c.RevokeToken(ctx, given[0]); err != nil {
				return err
			}
			return done(cmd, asJSON, outcome{ID: given[0], Done: "revoked"}, "the token "+given[0]+" binds nothing any more")
		},
	}.command()
}
