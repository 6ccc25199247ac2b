package peer

import (
	"context"
	stdjson "encoding/json"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Update is one event of a stream.
type Update struct {
	// ID is the event's, behind which [Client.Follow] goes on; "" if it has none.
	ID string
	// TaskID and ContextID are the peer's; TaskID is "" for an answer without a task.
	TaskID, ContextID string
	// State is how far the task is; "" where the event says nothing of it.
	State State
	// Text is of the answer, as the peer wrote it: a terminal should not be given it
	// unchecked. It adds to the artifact of the id Artifact or, with Replaces, is all
	// of it. Where Artifact is "" the event is the task as it stands, and Text that of
	// its Artifacts, or of an answer without artifacts; or the event says nothing of it.
	Text, Artifact string
	Replaces       bool
	// Artifacts are those of a task as it stands that have a text.
	Artifacts []Artifact
	// StatusMessage is the text of the message that comes with the state: what the peer
	// tells meanwhile or at the end, asks, or why it failed. It is unchecked, too.
	StatusMessage string
	// Raw is the event as it came.
	Raw stdjson.RawMessage
}

// wireUpdate is an event of any dialect: A2A 1.0 wraps each in an object that says
// which it is, 0.3 has a kind.
type wireUpdate struct {
	StatusUpdate   jsontext.Value `json:"statusUpdate"`
	ArtifactUpdate jsontext.Value `json:"artifactUpdate"`
	Task           jsontext.Value `json:"task"`
	Message        jsontext.Value `json:"message"`

	Kind      string      `json:"kind"`
	TaskID    string      `json:"taskId"`
	ContextID string      `json:"contextId"`
	Status    *wireStatus `json:"status"`
	Artifact  *struct {
		ID    string          `json:"artifactId"`
		Parts *jsontext.Value `json:"parts"`
	} `json:"artifact"`
	Append    bool `json:"append"`
	LastChunk bool `json:"lastChunk"`
}

// parseUpdate reads the result of an event.
func parseUpdate(ctx context.Context, result jsontext.Value) (Update, error) {
	var w wireUpdate
	if json.Unmarshal(result, &w, uniqueNames) != nil {
		return Update{}, errNoReply
	}
	inner, err := oneOf(w.StatusUpdate, w.ArtifactUpdate, w.Task, w.Message)
	switch {
	case err != nil:
		return Update{}, err
	case inner != nil && w.Task.Kind() != jsontext.KindBeginObject && w.Message.Kind() != jsontext.KindBeginObject:
		w = wireUpdate{}
		if json.Unmarshal(inner, &w, uniqueNames) != nil {
			return Update{}, errNoReply
		}
		return w.update(ctx, inner)
	}
	if w.Kind == "status-update" || w.Kind == "artifact-update" {
		return w.update(ctx, result)
	}
	reply, err := parseReply(ctx, result)
	if err != nil {
		return Update{}, err
	}
	return snapshot(ctx, reply)
}

func (w *wireUpdate) update(ctx context.Context, raw jsontext.Value) (Update, error) {
	u := Update{TaskID: w.TaskID, ContextID: w.ContextID, Raw: stdjson.RawMessage(raw)}
	switch {
	case w.TaskID == "":
		return Update{}, errNoReply
	case checkIDs(w.TaskID, w.ContextID) != nil:
		return Update{}, errIDControl
	case w.Artifact != nil:
		said := text{pieces: w.Append || !w.LastChunk}
		if err := said.read(ctx, w.Artifact.Parts); err != nil {
			return Update{}, err
		}
		u.Artifact, u.Replaces, u.Text = w.Artifact.ID, !w.Append, said.String()
	case w.Status != nil && w.Status.State != "":
		u.State = parseState(w.Status.State)
		var said text
		var m wireMessage
		if json.Unmarshal(w.Status.Message, &m, uniqueNames) == nil && said.read(ctx, m.Parts) != nil {
			said = text{} // as if there were no message
		}
		u.StatusMessage = said.String()
	default:
		return Update{}, errNoReply
	}
	return u, nil
}
