package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/registrar/operator"
)

func newClients() *cobra.Command {
	return asking{
		use: "clients", short: "List the DIDs that are bound or revoked, and how each stands",
		long: `clients lists every DID that is bound to a key, registered or not registered yet, and
every one that is revoked, whether it was ever bound or not.`,
		args: cobra.NoArgs,
		run: func(ctx context.Context, c *operator.Client, cmd *cobra.Command, _ []string, asJSON bool) error {
			all := []operator.Agent{}
			err := c.Clients(ctx, func(a operator.Agent) error {
				all = append(all, a)
				return nil
			})
			if err != nil {
				return err
			}
			return cli.PrintList(cmd.OutOrStdout(), cmd.ErrOrStderr(), all, asJSON, "nobody is registered", standing)
		},
	}.command()
}

// standing is the line of a list.
func standing(a operator.Agent) string {
	if a.Voucher == "" {
		return fmt.Sprintf("%s\t%s\tnever bound", a.DID, a.State)
	}
	return fmt.Sprintf("%s\t%s\tby %s\tfrom %s\tsince %s", a.DID, a.State, a.Voucher, a.Address, when(a.Bound))
}

func newShow() *cobra.Command {
	return asking{
		use: "show DID", short: "Show what is known of a DID",
		long: `show prints what the registrar knows of a DID: its state, its keys, who let it in,
what it is granted by name, its last revocation or restoration, and the document
that the authorization server has of it. There is no secret in that. Of one that waits
for approval it prints with which key, and the command that lets it in.`,
		args: cobra.ExactArgs(1),
		run: func(ctx context.Context, c *operator.Client, cmd *cobra.Command, given []string, asJSON bool) error {
			a, err := c.Show(ctx, given[0])
			if err != nil {
				return err
			}
			if asJSON {
				return cli.PrintJSON(cmd.OutOrStdout(), a)
			}
			return printAgent(cmd.OutOrStdout(), a)
		},
	}.command()
}

// printAgent prints what is known of a DID for people.
func printAgent(out io.Writer, a operator.Agent) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(table, "%s\t%s\n", name, cli.ForTerminal(value))
		}
	}
	row("did", a.DID)
	row("state", a.State)
	for _, k := range a.Keys {
		row("key", k.Fingerprint+" since "+when(k.From))
	}
	row("let in by", a.Voucher)
	row("from", a.Address)
	if w := a.Waiting; w != nil {
		row("waits", fmt.Sprintf("with the key %s from %s since %s until %s", w.Fingerprint, w.Address, when(w.Since), when(w.Until)))
		row("let it in", "registrar approve "+w.DID+" "+w.Fingerprint)
	}
	row("granted", strings.Join(a.Granted, " "))
	if a.Changing {
		row("change", "under way")
	}
	if t := a.Tombstone; t != nil {
		what := "restored"
		if t.Revoked {
			what = "revoked"
		}
		row(what, strings.TrimSpace(fmt.Sprintf("%s, number %d %s", when(t.At), t.Seq, t.Note)))
	}
	if err := table.Flush(); err != nil || a.Document == nil {
		return err
	}
	var document bytes.Buffer
	if err := json.Indent(&document, a.Document, "", "  "); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "document\n%s\n", cli.ForTerminal(document.String()))
	return err
}
