package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/internal/cli"
)

func newTokenFetch() *cobra.Command {
	var audience string
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "fetch",
		Short: "Print a bearer token of this agent",
		Long: `fetch asks the authority for a token as "agent call" does, with the credentials of
the directory or those of AUTH__CLIENT_ID, and prints it alone on one line: for
trying a client in another language (docs/clients.md).

Whoever has the token is this agent in one of the three proofs until it ends. Pipe
it where it is needed; do not paste it into a command line, where other users of
the machine can read it.`,
		Example: `  agent token fetch | agent token inspect
  { printf 'header = "Authorization: Bearer '; agent token fetch | tr -d '\n'; echo '"'; } > token.curl`,
		Args: cli.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			return outOfTime(ctx, timeout, fetchToken(ctx, cmd, audience))
		},
	}
	cmd.Flags().StringVar(&audience, "audience", "", "whom the token is for (default: AUTH__OUTBOUND_AUDIENCE)")
	cmd.Flags().DurationVar(&timeout, "timeout", 15*time.Second, "how long the authority may take")
	return cmd
}

func fetchToken(ctx context.Context, cmd *cobra.Command, audience string) error {
	set, err := loadSettings()
	if err != nil {
		return err
	}
	tokens, err := agent.NewTokens(set)
	if err != nil {
		return err
	}
	defer tokens.Close()
	token, err := during(cmd.ErrOrStderr(), "asking "+tokens.From()+" for a token", func() (string, error) {
		return tokens.Token(ctx, cmp.Or(audience, string(set.Auth.OutboundAudience)))
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), token)
	return err
}
