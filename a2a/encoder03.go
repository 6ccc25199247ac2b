package a2a

import (
	"strconv"

	legacy "github.com/a2aproject/a2a-go/a2a"
)

// task03 writes a task of A2A 0.3.
func (e *encoder) task03(t *legacy.Task) {
	if t == nil {
		e.raw("null")
		return
	}
	e.member(`{"kind":"task","id":`, string(t.ID))
	if len(t.Artifacts) > 0 {
		e.raw(`,"artifacts":`)
		each(e, t.Artifacts, (*encoder).artifact03)
	}
	e.member(`,"contextId":`, t.ContextID)
	if len(t.History) > 0 {
		e.raw(`,"history":`)
		each(e, t.History, (*encoder).message03)
	}
	e.metadata(`,"metadata":`, t.Metadata)
	e.status03(t.Status)
	e.raw(`}`)
}

// status03 writes the member status, which is not the first.
func (e *encoder) status03(s legacy.TaskStatus) {
	e.raw(`,"status":{`)
	if s.Message != nil {
		e.raw(`"message":`)
		e.message03(s.Message)
		e.raw(`,`)
	}
	e.member(`"state":`, string(s.State))
	if s.Timestamp != nil {
		e.raw(`,"timestamp":`)
		e.moment(*s.Timestamp)
	}
	e.raw(`}`)
}

// update03 writes a change of state of A2A 0.3.
func (e *encoder) update03(u *legacy.TaskStatusUpdateEvent) {
	if u == nil {
		e.raw("null")
		return
	}
	e.member(`{"kind":"status-update","contextId":`, u.ContextID)
	e.raw(`,"final":`)
	e.out = strconv.AppendBool(e.out, u.Final)
	e.status03(u.Status)
	e.member(`,"taskId":`, string(u.TaskID))
	e.metadata(`,"metadata":`, u.Metadata)
	e.raw(`}`)
}

func (e *encoder) artifact03(a *legacy.Artifact) {
	if a == nil {
		e.raw("null")
		return
	}
	e.member(`{"artifactId":`, string(a.ID))
	e.optional(`,"description":`, a.Description)
	texts(e, `,"extensions":`, a.Extensions)
	e.metadata(`,"metadata":`, a.Metadata)
	e.optional(`,"name":`, a.Name)
	e.raw(`,"parts":`)
	each(e, a.Parts, (*encoder).part03)
	e.raw(`}`)
}

// message03 writes a message of A2A 0.3.
func (e *encoder) message03(m *legacy.Message) {
	if m == nil {
		e.raw("null")
		return
	}
	e.member(`{"kind":"message","messageId":`, m.ID)
	e.optional(`,"contextId":`, m.ContextID)
	texts(e, `,"extensions":`, m.Extensions)
	e.metadata(`,"metadata":`, m.Metadata)
	e.raw(`,"parts":`)
	each(e, m.Parts, (*encoder).part03)
	texts(e, `,"referenceTaskIds":`, m.ReferenceTasks)
	e.member(`,"role":`, string(m.Role))
	e.optional(`,"taskId":`, string(m.TaskID))
	e.raw(`}`)
}

// part03 writes a part. Those of files, and those with members that the protocol has not,
// encoding/json writes.
func (e *encoder) part03(p legacy.Part) {
	switch v := p.(type) {
	case legacy.TextPart:
		e.member(`{"kind":"text","text":`, v.Text)
		e.metadata(`,"metadata":`, v.Metadata)
		e.raw(`}`)
	case legacy.DataPart:
		e.raw(`{"kind":"data","data":`)
		e.object(v.Data)
		e.metadata(`,"metadata":`, v.Metadata)
		e.raw(`}`)
	default:
		e.value(p)
	}
}
