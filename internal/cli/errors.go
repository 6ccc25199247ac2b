package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// Exit codes of programs.
const (
	ExitOK     = 0
	ExitFailed = 1 // it was tried and did not work, or was refused
	ExitUsage  = 2 // the command line or the settings are wrong
)

// UsageError is an error of the command line or the settings.
type UsageError struct{ Err error }

// Usage makes an error one of the command line or the settings.
func Usage(err error) error { return &UsageError{err} }

// Error says what is wrong.
func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *UsageError) Unwrap() error { return e.Err }

// SilentError says only how to exit: the command has printed its verdict.
type SilentError struct{ Code int }

// Error is for nobody.
func (e *SilentError) Error() string { return fmt.Sprintf("exit %d", e.Code) }

// ExitCode is that of a program which ends with an error.
func ExitCode(err error) int {
	var silent *SilentError
	var usage *UsageError
	switch {
	case errors.As(err, &silent):
		return silent.Code
	case errors.As(err, &usage):
		return ExitUsage
	default:
		return ExitFailed
	}
}

// FlagError counts a wrong flag as a usage error.
func FlagError(cmd *cobra.Command, err error) error {
	return Usage(fmt.Errorf("%w; see %q", err, cmd.CommandPath()+" --help"))
}

// UnknownCommand counts a command that does not exist as a usage error.
func UnknownCommand(cmd *cobra.Command, given []string) error {
	if len(given) == 0 {
		return nil
	}
	meant := ""
	if similar := cmd.SuggestionsFor(given[0]); len(similar) > 0 {
		meant = fmt.Sprintf(", did you mean %q?", similar[0])
	}
	return Usage(fmt.Errorf("there is no command %q%s; see %q", given[0], meant, cmd.CommandPath()+" --help"))
}

// Args wraps a cobra argument check so that its failure counts as a usage error.
//
// What was given is not repeated: it may be a token or a text that was meant for
// standard input.
func Args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		if err := check(cmd, given); err != nil {
			if strings.HasPrefix(err.Error(), "unknown command") {
				err = fmt.Errorf("%q takes no argument but its flags", cmd.CommandPath())
			}
			return Usage(fmt.Errorf("%w; see %q", err, cmd.CommandPath()+" --help"))
		}
		return nil
	}
}

// InputOnly is [Args] of a command that takes none and reads standard input.
func InputOnly(cmd *cobra.Command, given []string) error {
	if len(given) == 0 {
		return nil
	}
	return Usage(fmt.Errorf("%q takes no argument but its flags; what it reads comes from standard input; see %q", cmd.CommandPath(), cmd.CommandPath()+" --help"))
}
