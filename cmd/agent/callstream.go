package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/peer"
)

// streamed prints an answer as it comes: the answer itself on out, all else on errOut.
type streamed struct {
	out, errOut io.Writer
	asJSON      bool

	reply  peer.Reply // how the task stands
	last   string     // id of the last event
	told   string     // the last status that was printed
	files  bool       // the answer has files
	waits  bool       // that the peer is waited for was said
	texts  printed
	others map[[sha256.Size]byte]bool // data and files
	at     string                     // the artifact that the last text is of
	open   bool                       // the last line of out has no end
	noted  bool                       // errOut has ended it on a terminal
	err    error
}

// stream sends, or follows the task of --task, and returns how the task ended. What it
// says has been printed by then.
func (f callFlags) stream(ctx context.Context, caller *agent.Caller, p peer.Peer, out, errOut io.Writer) (peer.Reply, error) {
	s := &streamed{out: out, errOut: errOut, asJSON: f.asJSON, texts: make(printed), others: make(map[[sha256.Size]byte]bool)}
	quiet := newQuiet(errOut, "waiting for the answer")
	defer quiet.end()
	away := peer.WhenAway(func(err error) {
		quiet.end()
		s.away(err)
	})
	for u, err := range f.updates(ctx, caller, p, away) {
		quiet.end()
		if err != nil {
			s.endLine()
			s.reply.TaskID = cmp.Or(s.reply.TaskID, f.taskID)
			return s.reply, f.goesOn(s.reply, cmp.Or(s.last, f.after), err)
		}
		if s.take(ctx, u); s.err != nil {
			return s.reply, s.err
		}
		if len(s.texts) == 0 {
			quiet.begin()
		}
	}
	quiet.end()
	s.endLine()
	if s.files && !s.asJSON && s.reply.TaskID != "" {
		s.note("to fetch the files: %s --save DIR\n", f.again("--task", s.reply.TaskID))
	}
	return s.reply, s.err
}

func (f callFlags) updates(ctx context.Context, caller *agent.Caller, p peer.Peer, away peer.SendOption) iter.Seq2[peer.Update, error] {
	if f.sends {
		return caller.Stream(ctx, p, f.text, append(f.options(nil), away)...)
	}
	return caller.Follow(ctx, p, f.taskID, f.after, away)
}

func (s *streamed) take(ctx context.Context, u peer.Update) {
	if s.reply.TaskID == "" && u.TaskID != "" && !u.State.Terminal() {
		s.note("task: %s (to read on another time: --stream --task, without a text)\n", cli.ForTerminal(u.TaskID))
	}
	s.waits = false
	s.last = cmp.Or(u.ID, s.last)
	s.reply.TaskID, s.reply.ContextID = u.TaskID, u.ContextID
	if u.State != "" {
		s.reply.State, s.reply.StatusMessage = u.State, u.StatusMessage
	}
	if s.asJSON {
		s.line(u)
		return
	}
	s.answer(u)
	s.attached(ctx, u)
	s.status(u)
}

// status prints what the peer tells meanwhile, or says at its end in place of an
// answer. What it asks and why it failed is said when the stream is over.
func (s *streamed) status(u peer.Update) {
	said := string(u.State) + ": " + u.StatusMessage
	switch {
	case u.StatusMessage == "" || said == s.told || u.State.Terminal() && u.State != peer.StateCompleted || waitsForUs(u.State):
	case u.State == peer.StateCompleted && len(s.texts) == 0:
		s.print(u.StatusMessage)
	default:
		s.note("%s\n", cli.ForTerminal(said))
		s.told = said
	}
}

// away says, once, that the stream broke and is gone on with.
func (s *streamed) away(err error) {
	if !s.waits {
		s.waits = true
		s.note("waiting for the peer, and then it goes on: %s (Ctrl-C gives up)\n", cli.ForTerminal(err.Error()))
	}
}

// note tells something beside the answer. A line of the answer that is open stays so:
// what follows of it is not to begin anew in a file.
func (s *streamed) note(format string, args ...any) {
	if s.open && !s.noted {
		s.noted = true
		format = "\n" + format
	}
	fmt.Fprintf(s.errOut, format, args...)
}

func (s *streamed) print(text string) {
	if s.err == nil && text != "" {
		_, s.err = io.WriteString(s.out, cli.ForTerminal(text))
		s.open, s.noted = !strings.HasSuffix(text, "\n"), false
	}
}

func (s *streamed) endLine() {
	if s.open {
		s.print("\n")
	}
}
