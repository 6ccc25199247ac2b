package upstream

import (
	"fmt"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/freeform"
)

// maxEntries bounds each list of an answer: what is written in three bytes takes far more
// when it is decoded.
const maxEntries = 4096

// list is an array of at most maxEntries.
type list[T any] []T

// UnmarshalJSONFrom implements [json.UnmarshalerFrom].
func (l *list[T]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != jsontext.KindBeginArray {
		return json.UnmarshalDecode(dec, (*[]T)(l)) // null, or an error that says so
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != jsontext.KindEndArray {
		var entry T
		if err := json.UnmarshalDecode(dec, &entry); err != nil {
			return err
		}
		if *l = append(*l, entry); len(*l) > maxEntries {
			return fmt.Errorf("more than %d entries in a list", maxEntries)
		}
	}
	_, err := dec.ReadToken()
	return err
}

// part is a part of either version. What 0.3 calls a kind is told by the member there is.
type part struct{ *a2a.Part }

// UnmarshalJSONFrom implements [json.UnmarshalerFrom].
func (p *part) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	var old struct {
		File     *file          `json:"file"`
		Metadata map[string]any `json:"metadata"`
	}
	if err := freeform.Unmarshal(raw, &old); err != nil {
		return err
	}
	if old.File == nil {
		p.Part = new(a2a.Part)
		return freeform.Unmarshal(raw, p.Part)
	}
	p.Part = &a2a.Part{Filename: old.File.Name, MediaType: old.File.MediaType, Metadata: old.Metadata}
	switch f := old.File; {
	case f.Bytes != nil && f.URI == "":
		p.Content = a2a.Raw(*f.Bytes)
	case f.Bytes == nil && f.URI != "":
		p.Content = a2a.URL(f.URI)
	default:
		return freeform.ErrPart
	}
	return nil
}

// file is that of a part of 0.3.
type file struct {
	Bytes     *[]byte `json:"bytes"`
	URI       string  `json:"uri"`
	Name      string  `json:"name"`
	MediaType string  `json:"mimeType"`
}

func contents(parts list[part]) a2a.ContentParts {
	all := make(a2a.ContentParts, len(parts))
	for i, p := range parts {
		all[i] = p.Part
	}
	return all
}

// message is a message of either version.
type message struct {
	Role       string         `json:"role"`
	Parts      list[part]     `json:"parts"`
	Metadata   map[string]any `json:"metadata"`
	Extensions list[string]   `json:"extensions"`
}

// artifact is an artifact, or a piece of one.
type artifact struct {
	ID          string         `json:"artifactId"`
	Name        string         `json:"name"`
	Description string         `json:"description"`
	Parts       list[part]     `json:"parts"`
	Metadata    map[string]any `json:"metadata"`
	Extensions  list[string]   `json:"extensions"`
}

type status struct {
	State   string   `json:"state"`
	Message *message `json:"message"`
}

// event is what a message is answered with, and what streams consist of: a task, a message
// or a change of a task. The members tell which it is.
type event struct {
	ID        string `json:"id"`     // of a task
	TaskID    string `json:"taskId"` // of a change
	ContextID string `json:"contextId"`

	Status    *status        `json:"status"`
	Artifacts list[artifact] `json:"artifacts"`
	Artifact  *artifact      `json:"artifact"`
	Append    bool           `json:"append"`
	Last      bool           `json:"lastChunk"`

	message // of an answer that is one
}

// union is what A2A 1.0 has around an event.
type union struct {
	Task           jsontext.Value `json:"task"`
	Message        jsontext.Value `json:"message"`
	StatusUpdate   jsontext.Value `json:"statusUpdate"`
	ArtifactUpdate jsontext.Value `json:"artifactUpdate"`
}

// readEvent reads an event of either version, with or without what 1.0 has around it. Its
// error wraps errAnswer.
func readEvent(raw jsontext.Value) (*event, error) {
	if raw.Kind() != jsontext.KindBeginObject {
		return nil, badAnswer("the result is no object")
	}
	var around union
	if err := freeform.Unmarshal(raw, &around); err != nil {
		return nil, badAnswer("%v", err)
	}
	inner := jsontext.Value(nil)
	for _, one := range []jsontext.Value{around.Task, around.Message, around.StatusUpdate, around.ArtifactUpdate} {
		switch {
		case one.Kind() != jsontext.KindBeginObject:
		case inner != nil:
			return nil, badAnswer("the result is two things at once")
		default:
			inner = one
		}
	}
	if inner == nil {
		inner = raw
	}
	e := new(event)
	if err := freeform.Unmarshal(inner, e); err != nil {
		return nil, badAnswer("%v", err)
	}
	return e, e.check()
}

// maxID bounds the ids that the upstream gives, in bytes.
const maxID = 1024

func (e *event) check() error {
	for _, id := range []string{e.ID, e.TaskID, e.ContextID} {
		if len(id) > maxID {
			return badAnswer("an id of %d bytes", len(id))
		}
	}
	switch {
	case e.Artifact != nil && e.TaskID != "":
		return nil
	case e.Status != nil && e.Status.State != "" && (e.ID != "" || e.TaskID != ""):
		return nil
	case e.Status == nil && len(e.Parts) > 0:
		return nil
	}
	return badAnswer("neither a task, nor a message, nor a change of a task")
}
