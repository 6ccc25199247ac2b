package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/internal/authorityinit"
	"github.com/getbindu/bindu-go/internal/cli"
)

func newInitAuthority() *cobra.Command {
	var webhookHost string
	cmd := &cobra.Command{
		Use:   "init-authority DIR",
		Short: "Make the secrets of a Hydra and a step-ca for docker compose",
		Long: `init-authority makes below DIR what docker-compose.yml's Hydra and step-ca must
find before they start and what cannot be committed: hydra/secrets.json,
step-ca/ with a root certificate, an intermediate and its key, and trust/ with
the root for agents. What is there already is kept.

With --webhook-host it makes registrar/ too: the certificate and key with which
a registrar at that host answers step-ca.`,
		Hidden: true, // a part of docker-compose.yml rather than a tool for people
		Args:   cli.Args(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, given []string) error {
			now := time.Now()
			if err := authorityinit.Init(given[0], now); err != nil || webhookHost == "" {
				return err
			}
			return authorityinit.InitWebhook(given[0], webhookHost, now)
		},
	}
	cmd.Flags().StringVar(&webhookHost, "webhook-host", "", "host name by which step-ca reaches the registrar's webhook")
	return cmd
}
