package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/settings"
)

// errTaskFailed: the peer took the message and could not do what it says.
var errTaskFailed = errors.New("the peer did not complete the task")

// errTaskCanceled: the task was ended before it was done, by us or by the peer.
var errTaskCanceled = errors.New("the task was canceled")

type callFlags struct {
	url, text, did, taskID, contextID string
	save, clears, evidence, after     string
	binding                           string
	references                        []string
	asJSON, cancel, sends, streams    bool
	timeout                           time.Duration
}

func newCall() *cobra.Command {
	var f callFlags
	cmd := &cobra.Command{
		Use:   "call URL [TEXT]",
		Short: "Send a message to another agent, or fetch the result of one",
		Long: `call sends TEXT to the agent at URL as the agent of this directory, with its
certificate, its token and its signature, waits for the answer and prints it.
"-" reads the text from standard input. A peer that restarts meanwhile is asked
again until --timeout; the id of a task that goes on is printed on standard error.

With --stream the answer is printed as it is made, where the peer streams; a stream
that breaks is gone on with, and nothing is printed twice. With --task and no TEXT it
prints what there is of that task and reads on, with --after only what came since.

The answer is on standard output, and so is what there is of one that was not finished.
What the peer says beside it, such as a question, is on standard error.

With --task and no TEXT it waits for that task and prints its result; with
--cancel it ends it. --clear-context deletes the tasks of a context at the peer,
which makes room where it keeps no more of ours (quota_exceeded).

With --evidence the answers have to be signed, and are kept with the requests in a file
that "agent verify --evidence" proves, whoever has it. All that was said is in it; of a
stream that breaks off, what came up to there.
With --binding http+json or grpc the peer is spoken to so, where its card declares it.

The agent must have been served once, for then the directory has all of this;
it may be running or not. With --did nobody else is spoken to.`,
		Example: `  agent call https://127.0.0.1:3773 "What is the weather like?"
  agent call https://poet.internal:3773 - --did did:bindu:you_at_example_com:poet:9f3c... < poem.txt
  agent call https://poet.internal:3773 "Write an epic" --stream --timeout 1h
  agent call https://poet.internal:3773 "Another verse" --reference 0197...
  agent call https://poet.internal:3773 --task 0197...
  agent call https://poet.internal:3773 --task 0197... --cancel`,
		Args: cli.Args(cobra.RangeArgs(1, 2)),
		RunE: func(cmd *cobra.Command, given []string) error {
			f.url = given[0]
			if err := f.what(given[1:]); err != nil {
				return usage("%w; see %q", err, cmd.CommandPath()+" --help")
			}
			return call(cmd, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.did, "did", "", "the DID that must answer")
	flags.BoolVar(&f.asJSON, "json", false, "print the reply, or the refusal, as JSON")
	flags.DurationVar(&f.timeout, "timeout", 2*time.Minute, "how long to wait for the answer in all")
	flags.StringVar(&f.contextID, "context", "", "id of the context that the message continues")
	flags.StringVar(&f.taskID, "task", "", "id of the task that waits for TEXT, or whose result is fetched")
	flags.StringVar(&f.save, "save", "", "directory to write the answer's files to; none is replaced")
	flags.StringVar(&f.evidence, "evidence", "", "new file for what both sides signed, which proves it later; the peer has to sign its answers")
	flags.StringVar(&f.clears, "clear-context", "", "id of the context whose tasks the peer deletes")
	flags.BoolVar(&f.streams, "stream", false, "print the answer as it comes; with --json a line for each event")
	flags.StringVar(&f.after, "after", "", "id of the event behind which --stream --task reads on")
	flags.StringArrayVar(&f.references, "reference", nil, "id of an earlier task that TEXT is about; may be given more than once")
	flags.StringVar(&f.binding, "binding", "jsonrpc", "how the peer is spoken to: jsonrpc, http+json or grpc")
	flags.BoolVar(&f.cancel, "cancel", false, "end the task of --task")
	return cmd
}

func call(cmd *cobra.Command, f callFlags) error {
	set, err := settings.Load(settings.Options{})
	if err != nil {
		return cli.Usage(err)
	}
	if cmd.Flags().Changed("evidence") && f.evidence == "" {
		return usage("--evidence names no file")
	}
	var want did.DID
	if f.did != "" {
		if want, err = did.Parse(f.did); err != nil {
			return usage("--did: %w", err)
		}
	}
	if f.text == "-" {
		body, err := readBody(cmd.Context(), cmd.InOrStdin())
		if err != nil {
			return err
		}
		f.text = string(body)
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), f.timeout)
	defer cancel()
	p, reply, err := deliver(ctx, set, f, want, cmd.OutOrStdout(), cmd.ErrOrStderr())
	return f.show(cmd, p, reply, outOfTime(ctx, f.timeout, err))
}

// show prints what came of a call, or of a stream what it has not printed yet.
func (f callFlags) show(cmd *cobra.Command, p peer.Peer, reply peer.Reply, err error) error {
	switch {
	case f.streams && err == nil:
		return f.printState(cmd.ErrOrStderr(), reply)
	case f.streams && !f.asJSON:
		return err
	}
	attached := reply.Attachments(cmd.Context())
	if f.save != "" {
		err = errors.Join(err, saveFiles(f.save, attached, cmd.ErrOrStderr()))
	}
	if f.asJSON {
		return errors.Join(f.printOutcome(cmd.OutOrStdout(), p, reply, err), err)
	}
	if err != nil && !errors.Is(err, errTaskFailed) && !errors.Is(err, errTaskCanceled) {
		return err
	}
	if f.clears != "" {
		_, err := fmt.Fprintf(cmd.OutOrStdout(), "cleared context %s\n", cli.ForTerminal(f.clears))
		return err
	}
	return errors.Join(f.printReply(cmd.OutOrStdout(), cmd.ErrOrStderr(), reply, attached), err)
}

// deliver finds the peer, sends, and waits for the answer. A task that ended
// in anything but success is an error beside its reply.
func deliver(ctx context.Context, set settings.Settings, f callFlags, want did.DID, out, errOut io.Writer) (peer.Peer, peer.Reply, error) {
	caller, err := agent.NewCaller(ctx, set, notice(errOut), func(c *peer.Config) { c.Binding = bindings[f.binding] })
	if err != nil {
		return peer.Peer{}, peer.Reply{}, err
	}
	defer caller.Close()
	kept, err := newEvidence(f.evidence)
	if err != nil {
		return peer.Peer{}, peer.Reply{}, err
	}
	p, reply, err := f.talk(ctx, caller, kept, want, out, errOut)
	return p, reply, errors.Join(err, kept.save(caller, p, errOut))
}

// talk finds the agent and says to it what the flags say.
func (f callFlags) talk(ctx context.Context, caller *agent.Caller, kept *evidenceFile, want did.DID, out, errOut io.Writer) (peer.Peer, peer.Reply, error) {
	p, err := during(errOut, "looking up the agent at "+cli.ForTerminal(f.url), func() (peer.Peer, error) {
		return caller.Discover(ctx, f.url, want)
	})
	if errors.Is(err, peer.ErrAddress) {
		err = cli.Usage(err)
	}
	if err != nil {
		return p, peer.Reply{}, err
	}
	if want.IsZero() {
		fmt.Fprintf(errOut, "answering: %s (to accept nobody else: --did)\n%s\n", p.DID, cardLine(p.Card))
	}
	if ctx, err = kept.demand(ctx, p); err != nil {
		return p, peer.Reply{}, err
	}
	var reply peer.Reply
	if f.streams {
		reply, err = f.stream(ctx, caller, p, out, errOut)
	} else {
		reply, err = during(errOut, "waiting for the answer", func() (peer.Reply, error) {
			reply, err := f.converse(ctx, caller, p, errOut)
			return reply, f.goesOn(reply, "", err)
		})
	}
	if f.cancel && reply.State == peer.StateCanceled {
		return p, reply, err
	}
	if err == nil && reply.State.Terminal() && reply.State != peer.StateCompleted {
		err = failed(reply)
	}
	return p, reply, err
}
