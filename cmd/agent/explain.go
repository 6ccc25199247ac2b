package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/internal/refusal"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// explain prints an error for a human: what happened, under its stable word
// where there is one, and what to do about it.
func explain(w io.Writer, err error) {
	var silent *cli.SilentError
	if errors.As(err, &silent) {
		return
	}
	reason, hint := diagnose(err)
	if reason != "" {
		reason = " [" + reason + "]"
	}
	fmt.Fprintf(w, "error%s: %s\n", reason, cli.ForTerminal(err.Error()))
	if hint != "" {
		fmt.Fprintf(w, "hint: %s\n", cli.ForTerminal(hint))
	}
}

// reasonedError is an error that brings its own word and remedy.
type reasonedError struct {
	reason, hint string
	err          error
}

// refusedWith gives an error the word and the hint that an agent refuses it with;
// a hint of the command's own replaces that one.
func refusedWith(word refusal.Word, hint string, err error) error {
	a := word.Answer().WithHint(hint)
	return &reasonedError{string(a.Word()), a.Hint(), err}
}

func (e *reasonedError) Error() string { return e.err.Error() }
func (e *reasonedError) Unwrap() error { return e.err }

// diagnose returns the stable word for an error and a remedy, either "" where
// there is none to add: many errors name theirs in their text.
func diagnose(err error) (reason, hint string) {
	reason, hint = wordOf(err)
	goes, ok := errors.AsType[*goesOnError](err)
	switch {
	case !ok:
		return reason, hint
	case hint == "":
		return reason, goes.advice
	}
	return reason, hint + "; " + goes.advice
}

func wordOf(err error) (reason, hint string) {
	if own, ok := errors.AsType[*reasonedError](err); ok {
		return own.reason, own.hint
	}
	if refused, ok := errors.AsType[*peer.Refusal](err); ok {
		return refusalWord(refused), cmp.Or(refused.Hint, taskHint(refused.Reason))
	}
	if _, ok := errors.AsType[*settings.Error](err); ok {
		return "settings_invalid", `every fault is listed; docs/settings.md describes the settings, and "agent config" shows them`
	}
	if listen, ok := errors.AsType[*agent.ListenError](err); ok {
		if strings.HasSuffix(listen.Setting, "_HOST") {
			return "address_unavailable", ""
		}
		return "port_unavailable", ""
	}
	for _, d := range diagnoses() {
		if errors.Is(err, d.err) {
			return d.reason, d.hint
		}
	}
	if reason := mtls.Reason(err); reason != "" {
		return reason, certificateHint(err)
	}
	return contextWord(err), ""
}

// Words of exits that no table knows.
const (
	wordUsage    = "usage"    // the command line, or what it names, is wrong
	wordInternal = "internal" // none of the others: the text has to do
)

// worded gives an error a word if it has none, so that each exit has one.
func worded(err error) error {
	if _, ok := errors.AsType[*cli.SilentError](err); ok {
		return err
	}
	if reason, _ := diagnose(err); reason != "" {
		return err
	}
	if _, ok := errors.AsType[*cli.UsageError](err); ok {
		return &reasonedError{wordUsage, "", err}
	}
	return &reasonedError{wordInternal, "", err}
}

// certificateHint is for certificates of other agents that do not suit us.
func certificateHint(err error) string {
	switch {
	case errors.Is(err, mtls.ErrUnknownCA):
		return "both agents need certificates of the same step-ca; compare MTLS__CA_URL on both sides"
	case errors.Is(err, mtls.ErrIssuerMismatch):
		return "both agents have to use the same Hydra under the same issuer; MTLS__DID_ISSUER overrides what Hydra says"
	case errors.Is(err, mtls.ErrNoDID):
		return "that is no agent's certificate; check the address and the port"
	}
	return ""
}

func refusalWord(r *peer.Refusal) string {
	if r.Reason != "" {
		return r.Reason
	}
	return "refused"
}

func contextWord(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, context.Canceled):
		return "interrupted"
	}
	return ""
}
