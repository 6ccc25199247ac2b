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
	switch binding, known := bindings[f.binding]; {
	case !known:
		return usage("--binding is jsonrpc, http+json or grpc")
	case f.clears != "" && binding != peer.JSONRPC:
		return usage("--clear-context is a method of JSON-RPC alone, and goes without --binding")
	case f.streams && (f.clears != "" || f.cancel || f.save != ""):
		return usage("--stream goes with TEXT or --task, and not with --cancel, --save or --clear-context; files are fetched afterwards, with --task ID --save DIR")
	case f.after != "" && (!f.streams || f.taskID == "" || len(text) > 0):
		return usage("--after is an event of the task of --task, goes with --stream and takes no TEXT")
	case len(f.references) > 0 && len(text) == 0:
		return usage("--reference is for a message: TEXT is missing")
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

// bindings are those of the peer, as the command line names them.
var bindings = map[string]peer.Binding{"jsonrpc": peer.JSONRPC, "http+json": peer.HTTPJSON, "grpc": peer.GRPC}

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
	return caller.Send(ctx, p, f.text, f.options(func(r peer.Reply) {
		fmt.Fprintf(errOut, "task: %s (to fetch its result another time: --task, without a text)\n", cli.ForTerminal(r.TaskID))
	})...)
}

// options are what the message belongs to, and who is told of its task.
func (f callFlags) options(begun func(peer.Reply)) (options []peer.SendOption) {
	if begun != nil {
		options = append(options, peer.WhenBegun(begun))
	}
	if f.contextID != "" {
		options = append(options, peer.InContext(f.contextID))
	}
	if f.taskID != "" {
		options = append(options, peer.OnTask(f.taskID))
	}
	if len(f.references) > 0 {
		options = append(options, peer.Referencing(f.references...))
	}
	return options
}
