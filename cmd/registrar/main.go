// Command registrar registers agents at the authorization server, so that no agent
// needs the means to be another one.
//
// Run `registrar help` for the commands. One file holds one command.
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
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return cli.ExitOK
	}
	explain(errOut, err)
	return cli.ExitCode(err)
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "registrar",
		Short: "Register agents at the authorization server",
		Long: `registrar is the only program that reaches the admin API of Ory Hydra. An agent
proves to it that it has the key of its DID, and can thereby change its own
client and no other; whom it lets in is the operator's to say.

"registrar serve" is the program itself. All other commands but "config", "did" and
"health" ask the one that runs in REGISTRAR__DIR, over a socket there, as the user that runs
it or as root. Settings come from the environment and from a .env file in the
working directory.`,
		Example: `  registrar config                                the settings, and what is wrong with them
  registrar serve                                 serve with the settings of the environment
  registrar token create --author you@example.com --name poet
  registrar clients                               who is registered
  registrar revoke did:bindu:you:poet:1234        from now on, and until it is restored`,
		Args: cli.UnknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(cli.FlagError)
	root.AddCommand(newServe(), newHealth(), newConfig(), newDID(), newInvite(), newToken(), newPending(), newApprove(), newDeny(),
		newRevoke(), newRestore(), newClients(), newShow(), newGrant(), newRotateSecret(), newImport(), newNewEpoch(), newVersion())
	return root
}
