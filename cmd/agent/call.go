package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
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

type callFlags struct {
	url, text, did, taskID, contextID string
	save, clears                      string
	asJSON, cancel, sends             bool
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

With --task and no TEXT it waits for that task and prints its result; with
--cancel it ends it. --clear-context deletes the tasks of a context at the peer,
which makes room where it keeps no more of ours (quota_exceeded).

The agent must have been served once, for then the directory has all of this;
it may be running or not. With --did nobody else is spoken to.`,
		Example: `  agent call https://127.0.0.1:3773 "What is the weather like?"
  agent call https://poet.internal:3773 - --did did:bindu:you_at_example_com:poet:9f3c... < poem.txt
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
	flags.StringVar(&f.clears, "clear-context", "", "id of the context whose tasks the peer deletes")
	flags.BoolVar(&f.cancel, "cancel", false, "end the task of --task")
	return cmd
}

func call(cmd *cobra.Command, f callFlags) error {
	set, err := settings.Load(settings.Options{})
	if err != nil {
		return cli.Usage(err)
	}
	var want did.DID
	if f.did != "" {
		if want, err = did.Parse(f.did); err != nil {
			return usage("--did: %w", err)
		}
	}
	if f.text == "-" {
		body, err := readBody(cmd.InOrStdin())
		if err != nil {
			return err
		}
		f.text = string(body)
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), f.timeout)
	defer cancel()
	p, reply, err := deliver(ctx, set, f, want, cmd.ErrOrStderr())
	err = outOfTime(ctx, f.timeout, err)
	attached := reply.Attachments(cmd.Context())
	if f.save != "" {
		err = errors.Join(err, saveFiles(f.save, attached, cmd.ErrOrStderr()))
	}
	if f.asJSON {
		return errors.Join(printOutcome(cmd.OutOrStdout(), p, reply, err), err)
	}
	if err != nil {
		return err
	}
	if f.clears != "" {
		_, err := fmt.Fprintf(cmd.OutOrStdout(), "cleared context %s\n", cli.ForTerminal(f.clears))
		return err
	}
	return printReply(cmd.OutOrStdout(), cmd.ErrOrStderr(), reply, attached)
}

// deliver finds the peer, sends, and waits for the answer. A task that ended
// in anything but success is an error beside its reply.
func deliver(ctx context.Context, set settings.Settings, f callFlags, want did.DID, errOut io.Writer) (peer.Peer, peer.Reply, error) {
	caller, err := agent.NewCaller(ctx, set, notice(errOut))
	if err != nil {
		return peer.Peer{}, peer.Reply{}, err
	}
	defer caller.Close()
	p, err := during(errOut, "looking up the agent at "+cli.ForTerminal(f.url), func() (peer.Peer, error) {
		return caller.Discover(ctx, f.url, want)
	})
	if err != nil {
		return p, peer.Reply{}, err
	}
	if want.IsZero() {
		fmt.Fprintf(errOut, "answering: %s (to accept nobody else: --did)\n", p.DID)
	}
	reply, err := during(errOut, "waiting for the answer", func() (peer.Reply, error) {
		return f.converse(ctx, caller, p, errOut)
	})
	if f.cancel && reply.State == peer.StateCanceled {
		return p, reply, err
	}
	if err == nil && reply.State.Terminal() && reply.State != peer.StateCompleted {
		err = failed(reply)
	}
	return p, reply, err
}

func failed(r peer.Reply) error {
	if r.Text == "" {
		return fmt.Errorf("%w: it is %s", errTaskFailed, r.State)
	}
	return fmt.Errorf("%w: it is %s: %s", errTaskFailed, r.State, r.Text)
}

// printReply prints the answer, and how to go on if the task waits for more.
func printReply(out, errOut io.Writer, r peer.Reply, attached []peer.Attachment) error {
	switch r.State {
	case peer.StateCompleted:
	case peer.StateCanceled:
		fmt.Fprintf(errOut, "the task is %s\n", r.State)
	default:
		fmt.Fprintf(errOut, "the task is %s; go on with --task %s --context %s\n",
			r.State, cli.ForTerminal(r.TaskID), cli.ForTerminal(r.ContextID))
	}
	if r.Text != "" || len(attached) == 0 {
		if _, err := fmt.Fprintln(out, strings.TrimSuffix(cli.ForTerminal(r.Text), "\n")); err != nil {
			return err
		}
	}
	return printAttachments(out, attached)
}
