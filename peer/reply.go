package peer

import (
	"cmp"
	"context"
	stdjson "encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// State is how far a task is, in the words of A2A 0.3 whatever the peer speaks.
// A peer may have states of its own.
type State string

// The states of A2A.
const (
	StateSubmitted     State = "submitted"
	StateWorking       State = "working"
	StateInputRequired State = "input-required"
	StateAuthRequired  State = "auth-required"
	StateCompleted     State = "completed"
	StateFailed        State = "failed"
	StateCanceled      State = "canceled"
	StateRejected      State = "rejected"
)

// Terminal reports whether the task will not change any more.
func (s State) Terminal() bool {
	return slices.Contains([]State{StateCompleted, StateFailed, StateCanceled, StateRejected}, s)
}

// settled reports whether waiting is over: the task has ended, or it waits for
// us. Peers of the reference have states of the second kind of their own.
func (s State) settled() bool {
	return s.Terminal() || strings.HasSuffix(string(s), "-required")
}

// parseState reads the words of A2A 1.0 (TASK_STATE_INPUT_REQUIRED) and 0.3.
func parseState(word string) State {
	word = strings.TrimPrefix(word, "TASK_STATE_")
	return State(printable(strings.ReplaceAll(strings.ToLower(word), "_", "-"), maxWord))
}

// Reply is what a peer answered to a message.
type Reply struct {
	// TaskID and ContextID are the peer's; TaskID is "" when it answered
	// without a task.
	TaskID, ContextID string
	// State is how far the task is; an answer without a task is completed.
	State State
	// Text is ArtifactText, or else the text of the last message. All texts are as
	// the peer wrote them: a terminal should not be given them unchecked.
	Text string
	// ArtifactText is the text of the artifacts, of what there is of them where the
	// task is not done.
	ArtifactText string
	// StatusMessage is the text of the message that comes with the status: what the
	// peer asks, or why it failed. A peer that keeps its messages in the history alone
	// has it there.
	StatusMessage string
	// Raw is the task or message as it came.
	Raw stdjson.RawMessage
}

// wireReply is a task or a message of any dialect: A2A 1.0 wraps either in an
// object that says which, the reference writes names in snake case.
type wireReply struct {
	Task    jsontext.Value `json:"task"`
	Message jsontext.Value `json:"message"`

	ID             string      `json:"id"`
	TaskID         string      `json:"taskId"`
	TaskIDSnake    string      `json:"task_id"`
	ContextID      string      `json:"contextId"`
	ContextIDSnake string      `json:"context_id"`
	Role           string      `json:"role"`
	Status         *wireStatus `json:"status"`
	// Parts is nil when there are none, Artifacts and History too. They are read
	// one entry at a time: there may be millions, of nothing.
	Parts     *jsontext.Value `json:"parts"`
	Artifacts *jsontext.Value `json:"artifacts"`
	History   *jsontext.Value `json:"history"`

	texts struct {
		artifacts, status, parts text
		history                  string
	} // see read
}

type wireStatus struct {
	State   string         `json:"state"`
	Message jsontext.Value `json:"message"`
}

type wireMessage struct {
	Role  string          `json:"role"`
	Parts *jsontext.Value `json:"parts"`
}

type wirePart struct {
	Text *string `json:"text"`
}

// parseReply reads the result of sending a message or of asking for a task, in
// which no object has two members of one name. A task or message may be
// wrapped, once. It fails with [ErrReply], or with the cause of the context's
// end.
func parseReply(ctx context.Context, result jsontext.Value) (Reply, error) {
	w, err := readReply(ctx, result)
	if err != nil {
		return Reply{}, err
	}
	inner, err := w.wrapped()
	if err != nil {
		return Reply{}, err
	}
	if inner != nil {
		if w, err = readReply(ctx, inner); err != nil {
			return Reply{}, err
		}
		result = inner
	}
	if err := checkIDs(w.ID, w.TaskID, w.TaskIDSnake, w.ContextID, w.ContextIDSnake); err != nil {
		return Reply{}, err
	}
	switch {
	case w.Status != nil && w.Status.State != "" && w.ID != "":
		return w.task(result), nil
	case w.Status == nil && w.Parts != nil && isOwn(w.Role):
		return Reply{}, errOwnMessage
	case w.Status == nil && w.Parts != nil:
		return w.message(result), nil
	}
	return Reply{}, errNoReply
}

// wrapped returns the task or message that w is only the wrapper of.
func (w *wireReply) wrapped() (jsontext.Value, error) {
	if w.Status != nil || w.Parts != nil {
		return nil, nil
	}
	return oneOf(w.Task, w.Message)
}

// oneOf returns which of the members of a union is there, nil if none is. Of two, some
// readers take the first, some the last, and so nobody knows what is meant.
func oneOf(members ...jsontext.Value) (one jsontext.Value, err error) {
	for _, m := range members {
		if m.Kind() != jsontext.KindBeginObject {
			continue
		}
		if one != nil {
			return nil, errTwoReplies
		}
		one = m
	}
	return one, nil
}

var errTwoReplies = fmt.Errorf("%w: it is two things at once", ErrReply)

var errNoReply = fmt.Errorf("%w: the result is neither a task nor a message", ErrReply)

func readReply(ctx context.Context, value jsontext.Value) (*wireReply, error) {
	w := new(wireReply)
	if json.Unmarshal(value, w, uniqueNames) != nil {
		return nil, errNoReply
	}
	return w, w.read(ctx)
}

func (w *wireReply) task(raw jsontext.Value) Reply {
	state := parseState(w.Status.State)
	return Reply{
		TaskID:        w.ID,
		ContextID:     cmp.Or(w.ContextID, w.ContextIDSnake),
		State:         state,
		Text:          w.text(),
		ArtifactText:  w.texts.artifacts.String(),
		StatusMessage: w.statusMessage(state),
		Raw:           stdjson.RawMessage(raw),
	}
}

// statusMessage is what the peer says of a state. Where a task has nothing but a
// history, its last message says why it rests; of one that goes on it may be old.
func (w *wireReply) statusMessage(state State) string {
	nothingElse := w.texts.status.parts == 0 && w.texts.artifacts.entries == 0
	if nothingElse && state.settled() && state != StateCompleted {
		return w.texts.history
	}
	return w.texts.status.String()
}

func (w *wireReply) message(raw jsontext.Value) Reply {
	return Reply{
		TaskID:    cmp.Or(w.TaskID, w.TaskIDSnake),
		ContextID: cmp.Or(w.ContextID, w.ContextIDSnake),
		State:     StateCompleted,
		Text:      w.texts.parts.String(),
		Raw:       stdjson.RawMessage(raw),
	}
}

// text looks where agents put their answer: in artifacts, in the message that
// comes with the status, or only in the history.
func (w *wireReply) text() string {
	switch {
	case w.texts.artifacts.entries > 0:
		return w.texts.artifacts.String()
	case w.texts.status.parts > 0:
		return w.texts.status.String()
	}
	return w.texts.history
}
