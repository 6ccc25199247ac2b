// Command agent puts an AI agent on the network so that every request it
// answers has proved who sent it: by certificate, by token and by signature.
//
// Run `agent help` for the commands. One file holds one command.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks; the second one has its usual effect.
	context.AfterFunc(ctx, stop)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return cli.ExitOK
	}
	explain(errOut, worded(err))
	return cli.ExitCode(err)
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "agent",
		Short: "Put an AI agent on the network and prove who is calling",
		Long: `agent lets a request through only after three independent proofs name the same
caller: the certificate on the connection, the bearer token, and the signature
over the request.

Settings come from the environment and from a .env file in the working
directory; "agent config" shows them.`,
		Example: `  agent config                      the settings of the environment, and what is wrong with them
  agent serve                       serve with the settings of the environment
  agent call https://host:3773 hi   send a message as this directory's agent`,
		Args: cli.UnknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(cli.FlagError)
	root.AddCommand(newServe(), newEgress(), newCall(), newConfig(), newSign(), newVerify(), newDID(), newKey(), newCert(), newToken(), newPolicy(), newTasks(), newHealth(), newInitAuthority(), newGuard(), newMoved(), newVersion())
	return root
}
