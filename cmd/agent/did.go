package main

import (
	"crypto/ed25519"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/cli"
)

func newDID() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "did",
		Short: "Show the DID of this directory's agent",
		Long: `did prints the DID. With --json it prints the DID document and beside it, as
"fingerprint", the SHA256:... of the key: what the registrar's operator compares
with "registrar pending" or "registrar import --list" before letting the agent in.`,
		Example: `  agent did
  agent did document
  agent did derive --author you@example.com --name poet`,
		Args: cli.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON {
				return printDescribed(cmd.OutOrStdout())
			}
			return printDID(cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, `print the DID document, and the fingerprint of the key`)
	cmd.AddCommand(newDIDDocument(), newDIDDerive())
	return cmd
}

func printDID(out io.Writer) error {
	set, err := loadSettings()
	if err != nil {
		return err
	}
	self, err := loadSelf(string(set.Agent.Dir), set.Agent.KeyPassword)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, self.DID)
	return nil
}

func newDIDDocument() *cobra.Command {
	return &cobra.Command{
		Use:   "document",
		Short: "Print the DID document that the agent serves",
		Args:  cli.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return printDocument(cmd.OutOrStdout())
		},
	}
}

func printDocument(out io.Writer) error {
	document, _, err := describe()
	if err != nil {
		return err
	}
	return cli.PrintJSON(out, document)
}

// printDescribed prints the document with what people compare the key by.
func printDescribed(out io.Writer) error {
	document, key, err := describe()
	if err != nil {
		return err
	}
	return cli.PrintJSON(out, struct {
		*did.Document
		Fingerprint string `json:"fingerprint"`
	}{document, did.Fingerprint(key)})
}

// describe returns the document of this directory's agent, and its registered key.
func describe() (*did.Document, ed25519.PublicKey, error) {
	set, err := loadSettings()
	if err != nil {
		return nil, nil, err
	}
	self, err := loadSelf(string(set.Agent.Dir), set.Agent.KeyPassword)
	if err != nil {
		return nil, nil, err
	}
	var created time.Time // left out until the agent is registered
	if credentials, err := self.home.Credentials(self.DID); err == nil {
		created = credentials.CreatedAt
	}
	document, err := did.NewDocument(self.DID, self.Key, created, string(set.Agent.URL))
	return document, self.Key.PublicKey(), err
}

type deriveFlags struct{ author, name, publicKey string }

func newDIDDerive() *cobra.Command {
	var f deriveFlags
	cmd := &cobra.Command{
		Use:   "derive",
		Short: "Derive the DIDs that belong to an author and a name",
		Long: `derive prints the DID that agents of the Python reference give themselves, made
from author and name, and, with a public key, the one that is bound to the key.
DID__DERIVATION chooses which of the two a new directory gets.`,
		Example: `  agent did derive --author you@example.com --name poet
  agent did derive --author you@example.com --name poet --public-key 4zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtajS`,
		Args: cli.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return derive(f, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&f.author, "author", "", "who answers for the agent, usually an e-mail address")
	cmd.Flags().StringVar(&f.name, "name", "", "the agent's name")
	cmd.Flags().StringVar(&f.publicKey, "public-key", "", "the agent's public key in base58")
	return cmd
}

func derive(f deriveFlags, out io.Writer) error {
	if f.author == "" || f.name == "" {
		return cli.Usage(fmt.Errorf("--author and --name are both needed"))
	}
	var key ed25519.PublicKey
	if f.publicKey != "" {
		var err error
		if key, err = did.DecodePublicKey(f.publicKey); err != nil {
			return cli.Usage(fmt.Errorf("--public-key: %w", err))
		}
	}
	named, err := did.FromAuthorAndName(f.author, f.name)
	if err != nil {
		return cli.Usage(err)
	}
	fmt.Fprintf(out, "author_name  %s\n", named)
	if key == nil {
		return nil
	}
	bound, err := did.FromPublicKey(f.author, f.name, key)
	if err != nil {
		return cli.Usage(err)
	}
	fmt.Fprintf(out, "key          %s\n", bound)
	return nil
}
