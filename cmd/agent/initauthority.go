package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/internal/authorityinit"
	"github.com/getbindu/bindu-go/internal/cli"
)

func newInitAuthority() *cobra.Command {
	return &cobra.Command{
		Use:   "init-authority DIR",
		Short: "Make the secrets of a Hydra and a step-ca for docker compose",
		Long: `init-authority makes below DIR what docker-compose.yml's Hydra and step-ca must
find before they start and what cannot be committed: hydra/secrets.json,
step-ca/ with a root certificate, an intermediate and its key, and trust/ with
the root for agents. What is there already is kept.`,
		Hidden: true, // a part of docker-compose.yml rather than a tool for people
		Args:   cli.Args(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, given []string) error {
			return authorityinit.Init(given[0], time.Now())
		},
	}
}
