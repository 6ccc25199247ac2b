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
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/settings"
)

// What "registrar health" says when the answer is not yes.
var (
	errUnreachable = errors.New("the registrar does not answer")
	errNotReady    = errors.New("the registrar is not ready")
)

// notReadyError carries the first reason, which is the word of the exit.
type notReadyError struct {
	reason string
	err    error
}

func (e *notReadyError) Error() string { return e.err.Error() }
func (e *notReadyError) Unwrap() error { return e.err }

func newHealth() *cobra.Command {
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "health",
		Short: "Ask the registrar of these settings whether it is ready",
		Long: `health asks /readyz of the admin port. It exits 0 if the registrar serves, and 1
with the reasons if it does not, or does not answer. It is the health check of a
container without a shell.`,
		Args: cli.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			set, err := settings.LoadRegistrar(settings.Options{AllowIncomplete: true})
			if err != nil {
				return cli.Usage(err)
			}
			network := set.Network
			if network.AdminPort == 0 {
				return cli.Usage(errors.New("NETWORK__ADMIN_PORT is 0, so the registrar chose a port that nobody else knows; set it to a number"))
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			return checkHealth(ctx, admin.URL(string(network.AdminHost), int(network.AdminPort))+"/readyz", cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().DurationVar(&timeout, "timeout", 5*time.Second, "how long to wait for the answer")
	return cmd
}

func checkHealth(ctx context.Context, url string, out, errOut io.Writer) error {
	heard, err := admin.Ask(ctx, url)
	if err != nil {
		return fmt.Errorf("%w: %w", errUnreachable, err)
	}
	if !heard.IsOf("registrar") || heard.OK() && !heard.Ready {
		return fmt.Errorf("%w: another program has the port: %s", errUnreachable, heard.Text)
	}
	if !heard.OK() {
		if len(heard.Reasons) == 0 {
			return fmt.Errorf("%w: status %d: %s", errNotReady, heard.Status, heard.Text)
		}
		return &notReadyError{heard.Reasons[0], fmt.Errorf("%w: %s", errNotReady, strings.Join(heard.Reasons, ", "))}
	}
	fmt.Fprintln(out, "ready")
	for _, warning := range heard.Warnings {
		fmt.Fprintf(errOut, "warning: %s\n", cli.ForTerminal(warning))
	}
	return nil
}
