package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/internal/cli"
)

func newServe() *cobra.Command {
	var takeover, recreate bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve as the agent of this directory",
		Long: `serve registers or repairs the agent's Hydra client, obtains a certificate from
step-ca, serves A2A behind the gates and renews the certificate for ever.

It starts even while Hydra or step-ca are away: it waits for them, says why on
http://127.0.0.1:3774/readyz, and keeps its private port closed until every gate
is armed. SIGHUP reads the policy and the DID map again, which happens by itself
within seconds of a change. SIGINT or SIGTERM lets running requests end; a second
one does not wait.`,
		Example: `  AGENT__NAME=poet AGENT__AUTHOR=you@example.com \
  HYDRA__ADMIN_URL=http://127.0.0.1:4445 HYDRA__PUBLIC_URL=http://127.0.0.1:4444 \
  MTLS__CA_URL=https://127.0.0.1:9000 MTLS__CA_FINGERPRINT=... agent serve`,
		Args: cli.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serve(cmd.Context(), cmd.ErrOrStderr(), agent.Options{Takeover: takeover, Recreate: recreate})
		},
	}
	cmd.Flags().BoolVar(&takeover, "takeover", false,
		"replace a registration of this agent's DID that is not known to be its own; whoever made it is locked out")
	cmd.Flags().BoolVar(&recreate, "recreate", false,
		"register this agent again although its client was deleted at Hydra; for one start, not for a unit file")
	return cmd
}

// serve runs the agent of the options, which lack settings and logger.
func serve(ctx context.Context, errOut io.Writer, options agent.Options) error {
	set, err := completeSettings(ctx)
	if err != nil {
		return err
	}
	log, end := cli.OpenLog(errOut, set.Log)
	defer end()
	for _, warning := range set.Warnings() {
		log.Warn(warning)
	}
	options.Settings, options.Logger, options.Guard = set, log, guardCommand()
	options.Version = readBuild().Version
	a, err := agent.New(options)
	if err != nil {
		return fmt.Errorf("set the agent up: %w", err)
	}
	defer onHangup(a.Reload)()
	cli.SurviveBrokenPipes()
	return a.Run(ctx)
}

// onHangup calls reload on SIGHUP, which therefore does not end the program,
// until the function that it returns is called.
func onHangup(reload func()) (stop func()) {
	hangup, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(hangup, syscall.SIGHUP)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-hangup:
				reload()
			case <-done:
				return
			}
		}
	})
	return func() {
		signal.Stop(hangup)
		close(done)
		wg.Wait()
	}
}
