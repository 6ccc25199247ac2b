package a2a

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	legacy "github.com/a2aproject/a2a-go/a2a"
	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2acompat/a2av0"
)

// partMembers is the entry of a part's metadata in which we keep the members
// that the part had beside its content. The types of a2a-go have no place for
// them, and the reference cannot read a data or file part without its "text".
const partMembers = "bindu.part.members"

// wrappedData is the entry of a part's metadata by which the official libraries mark data
// that stands as "value" in an object, since A2A 0.3 knows no other data than objects.
const wrappedData = "data_part_compat"

// keep returns the part's metadata with the members that A2A 1.0 does not know.
func (p *part03) keep() map[string]any {
	more := p.More
	if p.Text != nil && p.Kind != "text" {
		more = with(more, "text", *p.Text)
	}
	if p.Data != nil && p.Kind != "data" {
		more = with(more, "data", p.Data)
	}
	if p.Kind == "file" && p.File != nil && len(p.File.More) > 0 {
		more = with(more, "file", p.File.More)
	}
	if len(more) == 0 {
		return p.Metadata
	}
	return with(p.Metadata, partMembers, more)
}

// with returns a copy of m with one more entry.
func with(m map[string]any, name string, value any) map[string]any {
	if m = maps.Clone(m); m == nil {
		m = make(map[string]any, 1)
	}
	m[name] = value
	return m
}

// toTask03 is a task as clients of A2A 0.3 read it.
func toTask03(t *a2a.Task) *legacy.Task {
	task := a2av0.FromV1Task(t)
	restoreTask(task)
	return task
}

// toEvent03 is the same for what answers a message.
func toEvent03(e a2a.Event) (legacy.Event, error) {
	event, err := a2av0.FromV1Event(e)
	switch v := event.(type) {
	case *legacy.Task:
		restoreTask(v)
	case *legacy.Message:
		restoreParts(v.Parts)
	case *legacy.TaskStatusUpdateEvent:
		if v.Status.Message != nil {
			restoreParts(v.Status.Message.Parts)
		}
	case *legacy.TaskArtifactUpdateEvent:
		if v.Artifact != nil {
			restoreParts(v.Artifact.Parts)
		}
	}
	return event, err
}

func restoreTask(t *legacy.Task) {
	if t == nil {
		return
	}
	if t.Status.Message != nil {
		restoreParts(t.Status.Message.Parts)
	}
	for _, m := range t.History {
		restoreParts(m.Parts)
	}
	for _, a := range t.Artifacts {
		restoreParts(a.Parts)
	}
}

// restoreParts gives parts the members back that they came with.
func restoreParts(parts legacy.ContentParts) {
	for i, p := range parts {
		parts[i] = p
		metadata := p.Meta()
		kept, ok := metadata[partMembers]
		if !ok {
			continue
		}
		rest := maps.Clone(metadata)
		delete(rest, partMembers)
		if len(rest) == 0 {
			rest = nil
		}
		switch v := p.(type) {
		case legacy.TextPart:
			v.Metadata = rest
			parts[i] = fullPart{v, "text", kept}
		case legacy.DataPart:
			v.Metadata = rest
			parts[i] = fullPart{v, "data", kept}
		case legacy.FilePart:
			v.Metadata = rest
			parts[i] = fullPart{v, "file", kept}
		}
	}
}

// fullPart is a part with more members than the protocol has.
type fullPart struct {
	legacy.Part
	kind string
	more any
}

// MarshalJSON writes the members after the part's own, which none replaces: the
// entry may be a client's.
func (p fullPart) MarshalJSON() ([]byte, error) {
	whole, err := json.Marshal(p.Part)
	if err != nil {
		return nil, err
	}
	more := members(p.more)
	if p.kind == "file" {
		if whole, err = intoFile(whole, more["file"]); err != nil {
			return nil, err
		}
	}
	return extended(whole, more, "kind", "metadata", p.kind)
}

// members reads an object, nil where it is none: then we did not write it.
func members(value any) map[string]json.RawMessage {
	kept, err := json.Marshal(value)
	var all map[string]json.RawMessage
	if err != nil || json.Unmarshal(kept, &all) != nil {
		return nil
	}
	return all
}

// intoFile gives a part's file the members back that it came with.
func intoFile(part []byte, more json.RawMessage) ([]byte, error) {
	own := members(json.RawMessage(part))
	inner := members(more)
	if len(inner) == 0 {
		return part, nil
	}
	file, err := extended(own["file"], inner, "bytes", "uri", "name", "mimeType")
	if err != nil {
		return nil, err
	}
	own["file"] = file
	return json.Marshal(own)
}

// extended writes members behind those of an object, but for reserved names.
func extended(object []byte, more map[string]json.RawMessage, reserved ...string) ([]byte, error) {
	b := bytes.NewBuffer(bytes.TrimSuffix(object, []byte("}")))
	for _, name := range slices.Sorted(maps.Keys(more)) {
		if slices.Contains(reserved, name) {
			continue
		}
		quoted, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		b.WriteByte(',')
		b.Write(quoted)
		b.WriteByte(':')
		b.Write(more[name])
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
