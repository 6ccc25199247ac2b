package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/settings"
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
			return showConfig(asJSON, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array with the description of every setting")
	return cmd
}

func showConfig(asJSON bool, out, errOut io.Writer) error {
	set, err := settings.Load(settings.Options{})
	if err != nil {
		return &usageError{err}
	}
	if err := wouldStart(set); err != nil {
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

// wouldStart reports what "agent serve" would refuse with these settings, the
// directory's content included. A directory that serve would make or complete
// is right as it is.
func wouldStart(set settings.Settings) error {
	self, err := loadSelf(string(set.Agent.Dir), set.Agent.KeyPassword)
	switch {
	case err == nil:
		if _, err = hydra.LoadCredentials(self.dir, self.did); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	case errors.Is(err, errNoIdentity), errors.Is(err, errReadOnly):
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("AGENT__DIR is %s: %w", set.Agent.Dir, err)
	}
	return errors.Join(err, agent.Preflight(set))
}

// printJSON prints v indented, and < > & as they are.
func printJSON(out io.Writer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
