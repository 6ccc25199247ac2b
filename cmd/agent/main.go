// Command agent puts an AI agent on the network so that every request it
// answers has proved who sent it: by certificate, by token and by signature.
//
// Run `agent help` for the commands. One file holds one command.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit codes of the program.
const (
	exitOK     = 0
	exitFailed = 1 // it was tried and did not work, or was refused
	exitUsage  = 2 // the command line or the settings are wrong
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
		return exitOK
	}
	explain(errOut, worded(err))
	return exitCode(err)
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
		Args: unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{fmt.Errorf("%w; see %q", err, cmd.CommandPath()+" --help")}
	})
	root.AddCommand(newServe(), newCall(), newConfig(), newSign(), newVerify(), newDID(), newKey(), newCert(), newToken(), newPolicy(), newTasks(), newHealth(), newInitAuthority(), newGuard(), newMoved(), newVersion())
	return root
}

// usageError is an error of the command line or the settings.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// silentError says only how to exit: the command has printed its verdict.
type silentError struct{ code int }

func (e *silentError) Error() string { return fmt.Sprintf("exit %d", e.code) }

func exitCode(err error) int {
	var silent *silentError
	var usage *usageError
	switch {
	case errors.As(err, &silent):
		return silent.code
	case errors.As(err, &usage):
		return exitUsage
	default:
		return exitFailed
	}
}

// unknownCommand counts a command that does not exist as a usage error.
func unknownCommand(cmd *cobra.Command, given []string) error {
	if len(given) == 0 {
		return nil
	}
	meant := ""
	if similar := cmd.SuggestionsFor(given[0]); len(similar) > 0 {
		meant = fmt.Sprintf(", did you mean %q?", similar[0])
	}
	return &usageError{fmt.Errorf("there is no command %q%s; see %q", given[0], meant, cmd.CommandPath()+" --help")}
}

// args wraps a cobra argument check so that its failure counts as a usage error.
//
// What was given is not repeated: it may be a token or a text that was meant for
// standard input.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		if err := check(cmd, given); err != nil {
			if strings.HasPrefix(err.Error(), "unknown command") {
				err = fmt.Errorf("%q takes no argument but its flags; what it reads comes from standard input", cmd.CommandPath())
			}
			return &usageError{fmt.Errorf("%w; see %q", err, cmd.CommandPath()+" --help")}
		}
		return nil
	}
}
