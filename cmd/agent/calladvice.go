package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/peer"
)

// goesOnError is an end of our waiting that is none of the task's.
type goesOnError struct {
	advice string
	err    error
}

func (e *goesOnError) Error() string { return e.err.Error() }
func (e *goesOnError) Unwrap() error { return e.err }

// goesOn adds to what ended the wait for a task how to come back to it. after is the id
// of the last event that was read, "" where none is known.
func (f callFlags) goesOn(r peer.Reply, after string, err error) error {
	gaveUp := slices.ContainsFunc([]error{context.Canceled, context.DeadlineExceeded, peer.ErrUnreachable, peer.ErrTimeout},
		func(cause error) bool { return errors.Is(err, cause) })
	if !gaveUp || f.cancel || r.TaskID == "" || r.State.Terminal() || waitsForUs(r.State) {
		return err
	}
	read := []string{"--stream", "--task", r.TaskID}
	if after != "" {
		read = append(read, "--after", after)
	}
	advice := "the task runs on at the peer"
	if errors.Is(err, peer.ErrUnreachable) {
		advice = "the task may run on at the peer"
	}
	advice += ": `" + f.again(read...) + "` reads on, `" +
		f.again("--task", r.TaskID) + "` fetches its result, `" + f.again("--cancel", "--task", r.TaskID) + "` ends it"
	return &goesOnError{advice, err}
}

// again is the command line that calls the same agent.
func (f callFlags) again(args ...string) string {
	line := []string{"agent", "call", f.url}
	if f.did != "" {
		line = append(line, "--did", f.did)
	}
	return shellLine(append(line, args...)...)
}

// shellLine writes words so that a shell reads them as they are: ids are the peer's.
func shellLine(words ...string) string {
	var line []string
	for _, w := range words {
		w = forLine(w)
		plain := strings.TrimFunc(w, func(r rune) bool {
			return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.:/@%+=,[]", r)
		})
		if w == "" || plain != "" {
			w = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		line = append(line, w)
	}
	return strings.Join(line, " ")
}

// waitsForUs reports a state in which the peer wants something.
func waitsForUs(s peer.State) bool { return strings.HasSuffix(string(s), "-required") }

// printState says how to go on with a task that is not done, and what the peer says of
// it. Why a task failed is in the error.
func (f callFlags) printState(errOut io.Writer, r peer.Reply) (err error) {
	switch said := cli.ForTerminal(r.StatusMessage); {
	case waitsForUs(r.State):
		if said != "" {
			_, err = fmt.Fprintf(errOut, "%s: %s\n", r.State, said)
		}
		_, again := fmt.Fprintf(errOut, "the task is %s; go on with: %s\n",
			r.State, f.again("TEXT", "--task", r.TaskID, "--context", r.ContextID))
		err = errors.Join(err, again)
	case f.streams:
	case r.State == peer.StateCanceled && f.cancel:
		_, err = fmt.Fprintf(errOut, "%s\n", strings.TrimSuffix("the task is canceled: "+said, ": "))
	case r.State == peer.StateCompleted && r.ArtifactText != "" && said != "":
		_, err = fmt.Fprintf(errOut, "%s: %s\n", r.State, said)
	}
	return err
}

// taskHint is what can be done after an error of the protocol, which has no hint of its
// own.
func taskHint(reason string) string {
	switch reason {
	case "task_not_found":
		return "compare the id, the agent and as whom we call: a task is shown to nobody but its owner, and deleted when it is old"
	case "task_ended":
		return "--task ID without TEXT fetches its result; TEXT with --reference ID starts a new task about it"
	case "task_busy":
		return "--task ID without TEXT waits for it; TEXT with --reference ID starts a new task about it"
	}
	return ""
}
