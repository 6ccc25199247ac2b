package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/peer"
)

// failed is the error of a task that ended in anything but success, with what the peer
// says of it.
func failed(r peer.Reply) error {
	what := fmt.Errorf("%w: it is %s", errTaskFailed, r.State)
	if r.State == peer.StateCanceled {
		what = errTaskCanceled
	}
	if r.StatusMessage == "" {
		return what
	}
	return fmt.Errorf("%w: %s", what, r.StatusMessage)
}

// printReply prints the answer, or what there is of one, and how to go on if the task
// waits for more.
func (f callFlags) printReply(out, errOut io.Writer, r peer.Reply, attached []peer.Attachment) error {
	text := r.Text
	if r.State != peer.StateCompleted {
		text = r.ArtifactText
	}
	if text != "" {
		if _, err := fmt.Fprintln(out, strings.TrimSuffix(cli.ForTerminal(text), "\n")); err != nil {
			return err
		}
	}
	if err := printAttachments(out, attached); err != nil {
		return err
	}
	return f.printState(errOut, r)
}
