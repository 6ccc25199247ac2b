package main

import (
	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/settings"
)

func newDID() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "did",
		Short: "Show the registrar's own DID, which agents are given as REGISTRAR__DID",
		Long: `did prints the DID of the registrar's directory. Agents check it in the registrar's
certificate and sign their requests for it. It is there from the first start on,
whether the registrar runs or not.`,
		Args: cli.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			own, err := ownDID()
			if err != nil {
				return err
			}
			return done(cmd, asJSON, self{own.String()}, own.String())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// self is who the registrar is, for programs.
type self struct {
	DID string `json:"did"`
}

// ownDID reads the registrar's name from its directory.
func ownDID() (did.DID, error) {
	set, err := settings.LoadRegistrar(settings.Options{AllowIncomplete: true})
	if err != nil {
		return did.DID{}, cli.Usage(err)
	}
	h, err := home.Look(string(set.Registrar.Dir))
	if err != nil {
		return did.DID{}, err
	}
	id, err := h.Identity([]byte(set.Registrar.KeyPassword.Reveal()))
	if err != nil {
		return did.DID{}, err
	}
	return id.DID, nil
}
