package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/registrar/daemon"
	"github.com/getbindu/bindu-go/settings"
)

func newServe() *cobra.Command {
	var takeover, recreate bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve as the registrar of this directory",
		Long: `serve opens the directory with the registrar's key and database, registers or
repairs the registrar's own client at Hydra, obtains a certificate from step-ca
and renews it for ever, and then registers agents.

It starts even while Hydra or step-ca are away: it waits for them, says why on
http://127.0.0.1:3784/readyz, and keeps its port closed until it has a
certificate. The operator's commands work meanwhile. SIGINT or SIGTERM lets
running requests end; a second one does not wait.`,
		Example: `  REGISTRAR__AUTHOR=you@example.com \
  HYDRA__ADMIN_URL=http://127.0.0.1:4445 HYDRA__PUBLIC_URL=http://127.0.0.1:4444 \
  MTLS__CA_URL=https://127.0.0.1:9000 MTLS__CA_FINGERPRINT=... registrar serve`,
		Args: cli.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serve(cmd.Context(), cmd.ErrOrStderr(), daemon.Options{Takeover: takeover, Recreate: recreate})
		},
	}
	cmd.Flags().BoolVar(&takeover, "takeover", false,
		"replace a registration of the registrar's own DID that is not known to be its own; whoever made it is locked out")
	cmd.Flags().BoolVar(&recreate, "recreate", false,
		"register the registrar again although its own client was deleted at Hydra; for one start, not for a unit file")
	return cmd
}

// serve runs the registrar of the options, which lack settings and logger.
func serve(ctx context.Context, errOut io.Writer, options daemon.Options) error {
	set, err := completeSettings(ctx)
	if err != nil {
		return err
	}
	log, end := cli.OpenLog(errOut, set.Log)
	defer end()
	for _, warning := range set.Warnings() {
		log.Warn(warning)
	}
	options.Settings, options.Logger, options.Version = set, log, cli.ReadBuild(linked).Version
	d, err := daemon.New(options)
	if err != nil {
		return fmt.Errorf("set the registrar up: %w", err)
	}
	cli.SurviveBrokenPipes()
	return d.Run(ctx)
}

// completeSettings reads the settings of a start, and where some are wrong looks for what
// else it would meet.
func completeSettings(ctx context.Context) (settings.RegistrarSettings, error) {
	return cli.Start[settings.RegistrarSettings]{
		Load: settings.LoadRegistrar,
		Look: func(set settings.RegistrarSettings, known func(string) bool) error {
			return daemon.PreflightKnown(ctx, set, known)
		},
	}.Settings()
}

// directory is where the registrar runs that the commands ask.
func directory() (string, error) {
	set, err := settings.LoadRegistrar(settings.Options{AllowIncomplete: true})
	if err != nil {
		return "", cli.Usage(err)
	}
	if set.Registrar.Dir == "" {
		return "", cli.Usage(errors.New("REGISTRAR__DIR is not set"))
	}
	return string(set.Registrar.Dir), nil
}
