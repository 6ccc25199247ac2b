package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/registrar/daemon"
)

func newConfig() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show the settings in effect, secrets masked",
		Long: `config shows every setting, its value, and where the value comes from: the
environment, .env, other settings (derived), or the default. Secrets are masked.

It exits 2 and lists every fault if "registrar serve" would not start with them.`,
		Args: cli.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return showConfig(cmd.Context(), asJSON, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array with the description of every setting")
	return cmd
}

func showConfig(ctx context.Context, asJSON bool, out, errOut io.Writer) error {
	set, err := completeSettings(ctx)
	if err != nil {
		return err
	}
	if err := daemon.Preflight(ctx, set); err != nil {
		return cli.Usage(err)
	}
	for _, warning := range set.Warnings() {
		fmt.Fprintf(errOut, "warning: %s\n", cli.ForTerminal(warning))
	}
	if asJSON {
		return cli.PrintJSON(out, set.Describe())
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SETTING\tVALUE\tFROM")
	for _, row := range set.Describe() {
		fmt.Fprintf(table, "%s\t%s\t%s\n", row.Name, cli.ForTerminal(row.Value), row.Source)
	}
	return table.Flush()
}
