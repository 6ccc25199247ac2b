package a2a

import (
	"strconv"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// task1 writes a task of A2A 1.0.
func (e *encoder) task1(t *a2a.Task) {
	if t == nil {
		e.raw("null")
		return
	}
	e.member(`{"id":`, string(t.ID))
	if len(t.Artifacts) > 0 {
		e.raw(`,"artifacts":`)
		each(e, t.Artifacts, (*encoder).artifact1)
	}
	e.member(`,"contextId":`, t.ContextID)
	if len(t.History) > 0 {
		e.raw(`,"history":`)
		each(e, t.History, (*encoder).message1)
	}
	e.metadata(`,"metadata":`, t.Metadata)
	e.status1(t.Status)
	e.raw(`}`)
}

// status1 writes the member status, which is not the first.
func (e *encoder) status1(s a2a.TaskStatus) {
	e.raw(`,"status":{`)
	if s.Message != nil {
		e.raw(`"message":`)
		e.message1(s.Message)
		e.raw(`,`)
	}
	e.member(`"state":`, s.State.String())
	if s.Timestamp != nil {
		e.raw(`,"timestamp":`)
		e.moment(*s.Timestamp)
	}
	e.raw(`}`)
}

// list1 writes a page of a list of A2A 1.0.
func (e *encoder) list1(l *a2a.ListTasksResponse) {
	if l == nil || l.Tasks == nil {
		e.value(l)
		return
	}
	e.raw(`{"tasks":`)
	each(e, l.Tasks, (*encoder).task1)
	e.out = strconv.AppendInt(append(e.out, `,"totalSize":`...), int64(l.TotalSize), 10)
	e.out = strconv.AppendInt(append(e.out, `,"pageSize":`...), int64(l.PageSize), 10)
	e.member(`,"nextPageToken":`, l.NextPageToken)
	e.raw(`}`)
}

func (e *encoder) artifact1(a *a2a.Artifact) {
	if a == nil {
		e.raw("null")
		return
	}
	e.member(`{"artifactId":`, string(a.ID))
	e.optional(`,"description":`, a.Description)
	texts(e, `,"extensions":`, a.Extensions)
	e.metadata(`,"metadata":`, a.Metadata)
	e.optional(`,"name":`, a.Name)
	e.parts1(a.Parts)
	e.raw(`}`)
}

// message1 writes a message of A2A 1.0.
func (e *encoder) message1(m *a2a.Message) {
	if m == nil {
		e.raw("null")
		return
	}
	e.member(`{"messageId":`, m.ID)
	e.optional(`,"contextId":`, m.ContextID)
	texts(e, `,"extensions":`, m.Extensions)
	e.metadata(`,"metadata":`, m.Metadata)
	e.parts1(m.Parts)
	texts(e, `,"referenceTaskIds":`, m.ReferenceTasks)
	e.member(`,"role":`, m.Role.String())
	e.optional(`,"taskId":`, string(m.TaskID))
	e.raw(`}`)
}

// event1 writes what answers a message. The pieces of artifacts, in which there is no time,
// encoding/json writes.
func (e *encoder) event1(r a2a.StreamResponse) {
	switch v := r.Event.(type) {
	case *a2a.Task:
		if v != nil {
			e.raw(`{"task":`)
			e.task1(v)
			e.raw(`}`)
			return
		}
	case *a2a.Message:
		if v != nil {
			e.raw(`{"message":`)
			e.message1(v)
			e.raw(`}`)
			return
		}
	case *a2a.TaskStatusUpdateEvent:
		if v != nil {
			e.member(`{"statusUpdate":{"contextId":`, v.ContextID)
			e.status1(v.Status)
			e.member(`,"taskId":`, string(v.TaskID))
			e.metadata(`,"metadata":`, v.Metadata)
			e.raw(`}}`)
			return
		}
	}
	e.value(r)
}

func (e *encoder) parts1(parts a2a.ContentParts) {
	e.raw(`,"parts":`)
	if parts == nil {
		e.raw("null")
		return
	}
	each(e, parts, (*encoder).part1)
}

// part1 writes a part. Those that are no text encoding/json writes.
func (e *encoder) part1(p *a2a.Part) {
	if p == nil {
		e.raw("null")
		return
	}
	text, ok := p.Content.(a2a.Text)
	if !ok {
		e.value(p)
		return
	}
	e.member(`{"text":`, string(text))
	e.optional(`,"filename":`, p.Filename)
	e.optional(`,"mediaType":`, p.MediaType)
	e.metadata(`,"metadata":`, p.Metadata)
	e.raw(`}`)
}
