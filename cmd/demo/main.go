// Command demo runs a real Ory Hydra, a real step-ca, a registrar and two agents on
// this machine, sends messages between them, and shows what impostors get.
//
// It is a program of its own because the agent's carries nothing that only a
// demonstration needs.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks; the second one has its usual effect.
	context.AfterFunc(ctx, stop)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	cmd := newDemo()
	cmd.SetArgs(args)
	cmd.SetOut(out)
	cmd.SetErr(errOut)
	err := cmd.ExecuteContext(ctx)
	explain(errOut, err)
	return exitCode(err)
}

type flags struct {
	keep, asJSON, verbose bool
}

func newDemo() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run two agents on this machine, and show what they refuse",
		Long: `demo builds and starts a real Ory Hydra, a real step-ca and a registrar, boots two
agents with all three proofs required, sends a message each way, shows what each gate saw,
and then tries what an impostor would try. It exits 0 only if every message
arrived and every impostor was turned away for the right reason.

It needs Go, a C compiler and this project's source tree: run it there as
"go run ./cmd/demo". The first run compiles for some minutes.`,
		Example: `  go run ./cmd/demo           show it and clean up
  go run ./cmd/demo --keep    leave both agents running until Ctrl-C
  go run ./cmd/demo --json    the same, one JSON object per step, for a program`,
		Args: func(cmd *cobra.Command, given []string) error {
			if len(given) > 0 {
				return usageOf(cmd, fmt.Errorf("%q takes no argument but its flags", cmd.Name()))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return demo(cmd.Context(), f, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},

		SilenceErrors: true,
		SilenceUsage:  true,
	}
	cmd.CompletionOptions.DisableDefaultCmd = true
	cmd.SetFlagErrorFunc(usageOf)
	cmd.Flags().BoolVar(&f.keep, "keep", false, "leave authority and agents running until interrupted")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "print one JSON object per step")
	cmd.Flags().BoolVar(&f.verbose, "verbose", false, "print the agents' log on standard error")
	return cmd
}

// demo shows everything in a directory that it removes afterwards.
func demo(ctx context.Context, f flags, out, errOut io.Writer) error {
	began := time.Now()
	dir, err := os.MkdirTemp("", "agent-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r := &report{out: out, asJSON: f.asJSON}
	s, err := start(ctx, f, dir, r, errOut)
	if err != nil {
		return err
	}
	defer s.stop()
	s.talk(ctx, r)
	s.attack(ctx, r)
	elapsed := time.Since(began).Round(100 * time.Millisecond)
	if r.wrong > 0 {
		r.say("\n%d of %d steps did not come out as they should (%s).", r.wrong, r.steps, elapsed)
		return errWrong
	}
	r.say("\nAll %d steps came out as they should (%s).", r.steps, elapsed)
	if f.keep {
		s.keep(ctx, r)
	}
	return nil
}
