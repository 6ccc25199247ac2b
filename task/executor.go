package task

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/identity"
)

// Executor answers messages: it is the agent behind the protocol.
type Executor interface {
	// Execute answers one message. Its answer is a stream: it hands to emit what is
	// ready. A single answer is a stream of one.
	//
	// A [*Failure] ends the task with a text that the peer may read; any other
	// error, a panic and an expired ctx fail it with a general one. Execute
	// must return soon after ctx ends, whose cause says why: its place is then
	// given to others.
	Execute(ctx context.Context, req Request, emit Emit) (Result, error)
}

// Emit takes an artifact over, or further parts of the one with the same ID. more
// says that yet further parts of it will follow, which needs an ID. Whoever reads the
// stream of the task gets the parts as they come, and is told which are the last. An
// error means that the result is not wanted any more.
type Emit func(a *a2a.Artifact, more bool) error

// Repeatable is an [Executor] that says of a message whether answering it a second
// time does no harm. When the process that answered it is gone, it is then answered
// again, once, where it would fail. The caller of the second time is known by its
// DID alone: what its token said is not kept, and neither is [Request.Metadata].
//
// A message that begins a task and whose sender waits is answered before it is stored,
// so that both are stored at once where that takes no more than 10 ms. A repeat of such a message is
// thus asked once more, and its ctx ended or its answer dropped once the message is known.
type Repeatable interface {
	Executor
	Repeatable(req Request) bool
}

// Request is what an [Executor] works on. It must not be modified.
type Request struct {
	// TaskID and ContextID name the task and the conversation among those of all
	// callers, so that what is kept under them, say a memory of the conversation,
	// is one caller's. They are 32 hexadecimal digits, the same as long as caller
	// and wire id are. The ids of the wire, which two callers may both have
	// chosen, are those of Message.
	TaskID, ContextID string
	// Message is the one to answer.
	Message *a2a.Message
	// History holds the messages of this task before Message, oldest first.
	History []*a2a.Message
	// Earlier returns the caller's completed tasks of the same context, oldest first, with
	// messages and artifacts: the latest ones, at most so many tasks and about so many bytes.
	// Its errors are those of the store. It may be nil.
	Earlier func(ctx context.Context, tasks int, bytes int64) ([]*a2a.Task, error)
	// Metadata is what came with the message in the same request; nil where there is
	// none, and where the message is answered again.
	Metadata map[string]any
	// Caller is who sent the message, as the gates proved it.
	Caller identity.Caller
}

// executorID is the name by which executors know what owner calls id.
func executorID(kind, owner, id string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", kind, owner, id))
	return hex.EncodeToString(sum[:16]) // not all: 64 digits are a text that nobody signs
}

// Text returns the text parts of the message, joined by line feeds.
func (r Request) Text() string {
	var text []byte
	for i, part := range textParts(r.Message) {
		if i > 0 {
			text = append(text, '\n')
		}
		text = append(text, part...)
	}
	return string(text)
}

func textParts(m *a2a.Message) []string {
	var texts []string
	for _, p := range m.Parts {
		if text, ok := p.Content.(a2a.Text); ok {
			texts = append(texts, string(text))
		}
	}
	return texts
}

// Result is how an execution that did not fail ended.
type Result struct {
	// InputRequired leaves the task waiting for its owner's next message
	// instead of completing it.
	InputRequired bool
	// Text, if not empty, is said to the owner beside the state: the question
	// when input is required.
	Text string
	// Parts are said in place of Text where a text is not all there is to say. Those
	// that are texts are signed.
	Parts a2a.ContentParts
	// Metadata goes with what is said: without Text or Parts it is dropped. With input
	// required the executor finds it again in the last message of [Request.History] that
	// is the agent's, in this process or another. The owner reads it, and cannot change it.
	Metadata map[string]any
	// Message, if not nil, is the whole answer: the sender gets a message and no
	// task. Its parts, metadata, extensions and references count; the rest is set
	// for it. There must be no artifacts and nothing else in the result. Whoever
	// did not wait for the answer, or named a task, finds it as the status of a
	// completed task.
	Message *a2a.Message
}

// Failure ends a task as failed, or as rejected, with a text for its owner.
type Failure struct {
	// Reason is a stable word in snake_case.
	Reason string
	// Text is one line for the owner. It must not hold secrets or internals.
	Text string
	// Rejected tells that the agent declined the task rather than failed at it.
	Rejected bool
}

// Error returns the text.
func (f *Failure) Error() string { return f.Text }
