package peer

import (
	"cmp"
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
	// Text is the text of the artifacts, or else of the last message, as the
	// peer wrote it: a terminal should not be given it unchecked.
	Text string
	// Raw is the task or message as it came.
	Raw stdjson.RawMessage
}

// wireReply is a task or a message of any dialect: A2A 1.0 wraps either in an
// object that says which, the reference writes names in snake case.
type wireReply struct {
	Task    jsontext.Value `json:"task"`
	Message jsontext.Value `json:"message"`

	ID             string        `json:"id"`
	TaskID         string        `json:"taskId"`
	TaskIDSnake    string        `json:"task_id"`
	ContextID      string        `json:"contextId"`
	ContextIDSnake string        `json:"context_id"`
	Status         *wireStatus   `json:"status"`
	Artifacts      []wireMessage `json:"artifacts"`
	History        []wireMessage `json:"history"`
	Parts          []wirePart    `json:"parts"`
}

type wireStatus struct {
	State   string         `json:"state"`
	Message jsontext.Value `json:"message"`
}

type wireMessage struct {
	Role  string     `json:"role"`
	Parts []wirePart `json:"parts"`
}

type wirePart struct {
	Text *string `json:"text"`
}

// parseReply reads the result of sending a message or of asking for a task.
func parseReply(result jsontext.Value) (Reply, error) {
	var w wireReply
	if err := json.Unmarshal(result, &w); err != nil {
		return Reply{}, fmt.Errorf("%w: the result is neither a task nor a message", ErrReply)
	}
	for _, inner := range []jsontext.Value{w.Task, w.Message} {
		if w.Status == nil && w.Parts == nil && inner.Kind() == jsontext.KindBeginObject {
			return parseReply(inner)
		}
	}
	switch {
	case w.Status != nil && w.Status.State != "" && w.ID != "":
		return w.task(result), nil
	case w.Status == nil && w.Parts != nil:
		return w.message(result), nil
	}
	return Reply{}, fmt.Errorf("%w: the result is neither a task nor a message", ErrReply)
}

func (w *wireReply) task(raw jsontext.Value) Reply {
	return Reply{
		TaskID:    w.ID,
		ContextID: cmp.Or(w.ContextID, w.ContextIDSnake),
		State:     parseState(w.Status.State),
		Text:      w.text(),
		Raw:       stdjson.RawMessage(raw),
	}
}

func (w *wireReply) message(raw jsontext.Value) Reply {
	return Reply{
		TaskID:    cmp.Or(w.TaskID, w.TaskIDSnake),
		ContextID: cmp.Or(w.ContextID, w.ContextIDSnake),
		State:     StateCompleted,
		Text:      joinText(w.Parts),
		Raw:       stdjson.RawMessage(raw),
	}
}

// text looks where agents put their answer: in artifacts, in the message that
// comes with the status, or only in the history.
func (w *wireReply) text() string {
	var texts []string
	for _, artifact := range w.Artifacts {
		if text := joinText(artifact.Parts); text != "" {
			texts = append(texts, text)
		}
	}
	if len(texts) > 0 {
		return strings.Join(texts, "\n")
	}
	var status wireMessage
	if json.Unmarshal(w.Status.Message, &status) == nil && len(status.Parts) > 0 {
		return joinText(status.Parts)
	}
	for _, message := range slices.Backward(w.History) {
		if message.Role != "user" && message.Role != "ROLE_USER" {
			return joinText(message.Parts)
		}
	}
	return ""
}

func joinText(parts []wirePart) string {
	var texts []string
	for _, part := range parts {
		if part.Text != nil {
			texts = append(texts, *part.Text)
		}
	}
	return strings.Join(texts, "\n")
}
