package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/internal/cli"
)

// errNotReady: the agent runs and does not serve.
var errNotReady = errors.New("the agent is not ready")

func newHealth() *cobra.Command {
	var timeout time.Duration
	var live bool
	cmd := &cobra.Command{
		Use:   "health",
		Short: "Ask the agent of these settings whether it is ready",
		Long: `health asks /readyz of the admin port. It exits 0 if the agent serves, and 1 with
the reasons if it does not, or does not answer. It is the health check of a
container without a shell.

With --live it asks /livez: whether the process lives, whatever it waits for.`,
		Args: cli.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			set, err := loadSettings()
			if err != nil {
				return err
			}
			if set.Network.AdminPort == 0 {
				return cli.Usage(errors.New("NETWORK__ADMIN_PORT is 0, so the agent chose a port that nobody else knows; set it to a number"))
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			path, word := "/readyz", "ready"
			if live {
				path, word = "/livez", "alive"
			}
			if !live {
				fmt.Fprintf(cmd.ErrOrStderr(), "by these settings tokens and keys of callers are asked of %s\n", cli.ForTerminal(agent.AuthorityOf(set)))
			}
			return checkHealth(ctx, admin.URL(string(set.Network.AdminHost), int(set.Network.AdminPort))+path, word, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().BoolVar(&live, "live", false, "ask whether the process lives, not whether it serves")
	cmd.Flags().DurationVar(&timeout, "timeout", 5*time.Second, "how long to wait for the answer")
	return cmd
}

// checkHealth wants a yes from url, and says word then.
func checkHealth(ctx context.Context, url, word string, out, errOut io.Writer) error {
	heard, err := admin.Ask(ctx, url)
	if err != nil {
		return elsewhere(err)
	}
	if !heard.IsOf("agent") {
		return elsewhere(fmt.Errorf("another program has the port: %s", heard.Text))
	}
	if !heard.OK() {
		return notReady(heard)
	}
	fmt.Fprintln(out, word)
	for _, warning := range heard.Warnings {
		fmt.Fprintf(errOut, "warning: %s\n", cli.ForTerminal(warning))
	}
	return nil
}

// elsewhere is that no agent answers.
func elsewhere(err error) error {
	return &reasonedError{"admin_unreachable",
		`start it with "agent serve", or compare NETWORK__ADMIN_HOST and NETWORK__ADMIN_PORT with its settings`,
		fmt.Errorf("the agent does not answer: %w", err)}
}

// notReady names the reasons that the agent gives, or shows what came instead.
func notReady(heard admin.Heard) error {
	if len(heard.Reasons) == 0 {
		return fmt.Errorf("%w: status %d: %s", errNotReady, heard.Status, heard.Text)
	}
	return &reasonedError{heard.Reasons[0], "", fmt.Errorf("%w: %s", errNotReady, strings.Join(heard.Reasons, ", "))}
}
