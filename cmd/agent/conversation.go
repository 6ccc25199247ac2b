package main

import (
	"context"
	"fmt"
	"io"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/peer"
)

// what decides between a message, a result that is fetched, and an end.
func (f *callFlags) what(text []string) error {
	switch {
	case f.clears != "" && (f.cancel || f.taskID != "" || f.contextID != "" || f.save != "" || len(text) > 0):
		return usage("--clear-context stands alone and takes no TEXT")
	case f.clears != "":
		return nil
	case f.cancel && (f.taskID == "" || len(text) > 0):
		return usage("--cancel ends the task of --task and takes no TEXT")
	case len(text) > 0:
		f.text, f.sends = text[0], true
		return nil
	case f.taskID == "":
		return usage("TEXT is missing; without it --task says whose result is fetched")
	case f.contextID != "":
		return usage("--context is for a message: TEXT is missing")
	}
	return nil
}

// converse does what the flags say and waits for its end. The id of a task that
// goes on is printed at once: whatever happens to us, its result can be fetched.
func (f callFlags) converse(ctx context.Context, caller *agent.Caller, p peer.Peer, errOut io.Writer) (peer.Reply, error) {
	switch {
	case f.clears != "":
		return peer.Reply{ContextID: f.clears}, caller.ClearContext(ctx, p, f.clears)
	case f.cancel:
		return caller.Cancel(ctx, p, f.taskID)
	case !f.sends:
		return caller.Result(ctx, p, f.taskID)
	}
	options := []peer.SendOption{peer.WhenBegun(func(r peer.Reply) {
		fmt.Fprintf(errOut, "task: %s (to fetch its result another time: --task, without a text)\n", cli.ForTerminal(r.TaskID))
	})}
	if f.contextID != "" {
		options = append(options, peer.InContext(f.contextID))
	}
	if f.taskID != "" {
		options = append(options, peer.OnTask(f.taskID))
	}
	return caller.Send(ctx, p, f.text, options...)
}
