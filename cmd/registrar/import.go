package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/registrar/operator"
)

func newImport() *cobra.Command {
	var list bool
	var from string
	return withImportFlags(asking{
		use: "import {DID FINGERPRINT | --list | --from FILE}", short: "Take over agents that were registered at Hydra before",
		long: `import binds DIDs to the keys that their clients at the authorization server have, so
that agents which were registered without a registrar move to it without an
enrolment token. A client stays as it is, with its scopes and its secret, until its
agent registers here for the first time, by its key. Until then it goes on as before,
but for calls of agents that have moved: they ask the registrar, which does not know
its client yet, and refuse its tokens. So import all, and move those who call before,
or together with, those whom they call.

Nothing says whose those keys are but the authorization server, at which anybody with
its admin API could write: compare each fingerprint with the agent's ("agent did --json"
on its machine) before you import it. Look most at those that are not bound to their
key: their DIDs follow from author and name alone. "--list" shows each with what the
first registration here will change.

For many agents, write the list to a file, take out what you do not want, and import
the file. An entry counts only while its client still has the key of that fingerprint.
Importing again changes nothing. What is bound, revoked or being changed is skipped
and said; the command fails where anything else was not imported.`,
		example: `  registrar import --list
  registrar import --list --json > found.json     look at it, take out what is not wanted
  registrar import --from found.json
  registrar import did:bindu:you_at_example_com:poet:1234 SHA256:...`,
		args: func(cmd *cobra.Command, given []string) error {
			if list || from != "" {
				return cobra.NoArgs(cmd, given)
			}
			if len(given) != 2 {
				return errors.New("import takes a DID and the fingerprint of its key, or --list, or --from FILE")
			}
			return nil
		},
		takes: 30 * time.Minute,
		run: func(ctx context.Context, c *operator.Client, cmd *cobra.Command, given []string, asJSON bool) error {
			switch {
			case list && from != "":
				return cli.Usage(errors.New("--list and --from exclude each other"))
			case list:
				return listProspects(ctx, c, cmd, asJSON)
			case from != "":
				return importFile(ctx, c, cmd, from, asJSON)
			}
			if err := checkFingerprint(given[1]); err != nil {
				return err
			}
			return importAll(ctx, c, cmd, []operator.Prospect{{DID: given[0], Fingerprint: given[1]}}, asJSON)
		},
	}.command(), &list, &from)
}

func withImportFlags(cmd *cobra.Command, list *bool, from *string) *cobra.Command {
	cmd.Flags().BoolVar(list, "list", false, "show which agents there are, and change nothing")
	cmd.Flags().StringVar(from, "from", "", "import what a file has that --list --json wrote; - is standard input")
	return cmd
}

func listProspects(ctx context.Context, c *operator.Client, cmd *cobra.Command, asJSON bool) error {
	all := []operator.Prospect{}
	left, err := c.Prospects(ctx, func(p operator.Prospect) error { all = append(all, p); return nil })
	if err != nil {
		return err
	}
	tellLeftOut(cmd.ErrOrStderr(), left)
	return cli.PrintList(cmd.OutOrStdout(), cmd.ErrOrStderr(), all, asJSON, "the authorization server has no clients of agents", prospectLine)
}

// tellLeftOut says which clients are not in the list: who looks for an agent there is to
// know that it was seen.
func tellLeftOut(errOut io.Writer, left operator.LeftOut) {
	if left.Others > 0 {
		fmt.Fprintf(errOut, "left out: %d whose id is no DID, clients of other programs\n", left.Others)
	}
	for _, id := range left.Unfit {
		fmt.Fprintf(errOut, "left out: %s: its DID cannot be registered here (capitals, or more than 255 bytes), or it has no Ed25519 key in metadata.public_key\n", cli.ForTerminal(id))
	}
}

// prospectLine is an agent for people: what it may, and what it will lose.
func prospectLine(p operator.Prospect) string {
	bound := "bound to its key"
	if !p.KeyBound {
		bound = "NOT bound to its key"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\t%s\t%s\t%s\tscopes %s", cli.ForTerminal(p.DID), p.Fingerprint, p.Standing, bound, cli.ForTerminal(strings.Join(p.Scopes, " ")))
	for _, change := range p.Changes {
		fmt.Fprintf(&b, "\n    %s: %s becomes %s", cli.ForTerminal(change.Field), cli.ForTerminal(change.Was), cli.ForTerminal(change.Want))
	}
	return b.String()
}

// maxImport is more than the list of any number of agents that one registrar has, in bytes.
const maxImport = 256 << 20

func importFile(ctx context.Context, c *operator.Client, cmd *cobra.Command, from string, asJSON bool) error {
	in := cmd.InOrStdin()
	if from != "-" {
		file, err := os.Open(from)
		if err != nil {
			return cli.Usage(err)
		}
		defer file.Close()
		in = file
	}
	data, err := io.ReadAll(io.LimitReader(in, maxImport))
	if err != nil {
		return err
	}
	var all []operator.Prospect
	if err := json.Unmarshal(data, &all); err != nil {
		return cli.Usage(fmt.Errorf(`%s is not what "registrar import --list --json" writes: %w`, from, err))
	}
	for _, p := range all {
		if err := checkFingerprint(p.Fingerprint); err != nil {
			return fmt.Errorf("%s, %s: %w", from, p.DID, err)
		}
	}
	return importAll(ctx, c, cmd, all, asJSON)
}

// imported is what became of one agent.
type imported struct {
	DID string `json:"did"`
	// Done is "imported", "already" or "skipped", or "failed" with a reason.
	Done   string `json:"done"`
	Reason string `json:"reason,omitempty"`
	Text   string `json:"text,omitempty"`
}

// importAll goes on after what fails; only where nobody answers it ends.
func importAll(ctx context.Context, c *operator.Client, cmd *cobra.Command, all []operator.Prospect, asJSON bool) error {
	results, failed := make([]imported, 0, len(all)), 0
	for _, p := range all {
		result, err := importOne(ctx, c, p)
		if err != nil {
			return err
		}
		if result.Done == "failed" {
			failed++
		}
		results = append(results, result)
	}
	err := cli.PrintList(cmd.OutOrStdout(), cmd.ErrOrStderr(), results, asJSON, "there is nothing to import", importedLine)
	if err == nil && failed > 0 {
		err = fmt.Errorf("%w: %d of %d", errNotImported, failed, len(all))
	}
	return err
}

// errNotImported: some agents were not imported, each of which was said.
var errNotImported = errors.New("not all were imported")

func importOne(ctx context.Context, c *operator.Client, p operator.Prospect) (imported, error) {
	if p.Standing != "" && p.Standing != operator.StandingNew {
		return imported{DID: p.DID, Done: "skipped", Reason: p.Standing}, nil
	}
	done, err := c.Import(ctx, p.DID, p.Fingerprint)
	fault, refused := errors.AsType[*operator.Fault](err)
	switch {
	case refused:
		return imported{DID: p.DID, Done: "failed", Reason: fault.Reason, Text: fault.Message}, nil
	case err != nil:
		return imported{}, err
	case done.Already:
		return imported{DID: p.DID, Done: "already"}, nil
	}
	return imported{DID: p.DID, Done: "imported"}, nil
}

func importedLine(r imported) string {
	line := cli.ForTerminal(r.DID) + "\t" + r.Done
	if r.Reason != "" {
		line += " [" + r.Reason + "]"
	}
	if r.Text != "" {
		line += " " + cli.ForTerminal(r.Text)
	}
	if hint := hints[r.Reason]; r.Done == "failed" && hint != "" {
		line += "\n    hint: " + hint
	}
	return line
}
