package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/internal/authority"
)

// Exit codes, those of the agent's commands.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// errWrong says only how to exit: the report has printed what was wrong.
var errWrong = errors.New("a step did not come out as it should")

// usageError is an error of the command line.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usageOf(_ *cobra.Command, err error) error {
	return &usageError{fmt.Errorf(`%w; see "go run ./cmd/demo --help"`, err)}
}

func exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	return exitFailed
}

// explain prints an error under its stable word, as the agent's commands do.
func explain(w io.Writer, err error) {
	if err == nil || errors.Is(err, errWrong) {
		return
	}
	fmt.Fprintf(w, "error [%s]: %s\n", word(err), err)
}

// word is what an error is looked up by in docs/troubleshooting.md.
func word(err error) string {
	for _, known := range []struct {
		err  error
		word string
	}{
		{authority.ErrNoGo, "go_missing"},
		{authority.ErrNoCompiler, "compiler_missing"},
		{authority.ErrNoSource, "source_missing"},
		{authority.ErrNotStarted, "authority_failed"},
		{context.Canceled, "interrupted"},
	} {
		if errors.Is(err, known.err) {
			return known.word
		}
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		return "usage"
	}
	return "internal"
}
