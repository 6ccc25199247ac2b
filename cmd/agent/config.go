package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/agent"
)

func newConfig() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show the settings in effect, secrets masked",
		Long: `config shows every setting, its value, and where the value comes from: the
environment, .env, other settings (derived), or the default. Secrets are masked.

It exits 2 and lists every fault if "agent serve" would not start with them.`,
		Example: `  agent config
  agent config --json`,
		Args: args(cobra.NoArgs),
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
	if err := agent.Preflight(ctx, set); err != nil {
		return &usageError{err}
	}
	for _, warning := range set.Warnings() {
		fmt.Fprintf(errOut, "warning: %s\n", forTerminal(warning))
	}
	if asJSON {
		return printJSON(out, set.Describe())
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SETTING\tVALUE\tFROM")
	for _, row := range set.Describe() {
		fmt.Fprintf(table, "%s\t%s\t%s\n", row.Name, forTerminal(row.Value), row.Source)
	}
	return table.Flush()
}

// printList prints entries as JSON, or one a line in columns; that there are none
// is for people and not for programs.
func printList[T any](out, errOut io.Writer, entries []T, asJSON bool, none string, line func(T) string) error {
	if asJSON {
		return printJSON(out, entries)
	}
	if len(entries) == 0 {
		fmt.Fprintln(errOut, none)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, e := range entries {
		fmt.Fprintln(table, line(e))
	}
	return table.Flush()
}

// printJSON prints v indented, and < > & as they are.
func printJSON(out io.Writer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
