package memory

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// entry is a task: its events, and what is asked of it more often than those.
type entry struct {
	owner, id, contextID string

	head     task.Head
	holder   string // whose lease keeps the run alive
	told     bool   // the owner knows the task
	again    bool   // its run was lost and begun anew
	began    time.Time
	at       time.Time // of the last change of state
	known    []known
	events   []event
	feedback []task.Feedback
	bytes    int64
}

// known is a message of the client, which may send it twice.
type known struct {
	id     string
	digest string
}

// event is one of a task, with what it tells as JSON: nobody who reads it can
// change it.
type event struct {
	task.Event
	artifact a2a.ArtifactID
	body     []byte
}

func oldestFirst(a, b *entry) int {
	return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id), cmp.Compare(a.owner, b.owner))
}

func (e *entry) ended() bool {
	return e.head.State.Terminal() || e.head.State == task.StateAnswered
}

// allows reports why a run may not write, if it may not; "" is no run.
func (e *entry) allows(run string, fence int64) error {
	switch {
	case e.ended():
		return task.ErrEnded
	case run != "" && (run != e.head.Run || fence != e.head.Fence):
		return task.ErrSuperseded
	}
	return nil
}

// add gives an event the next number.
func (e *entry) add(v event) {
	e.head.Seq++
	v.Seq = e.head.Seq
	e.events = append(e.events, v)
}

func (e *entry) count(kind task.EventKind) int {
	n := 0
	for _, v := range e.events {
		if v.Kind == kind {
			n++
		}
	}
	return n
}

// said is what stands beside the state that the task is in, as JSON.
func (e *entry) said() []byte {
	for _, v := range slices.Backward(e.events) {
		switch v.Kind {
		case task.EventState:
			return v.body
		case task.EventMessage: // that a run began with
			return nil
		}
	}
	return nil
}

func (v event) read() (task.Event, error) {
	out := v.Event
	switch {
	case v.body == nil:
		return out, nil
	case v.Kind == task.EventArtifact, v.Kind == task.EventChunk:
		out.Artifact = new(a2a.Artifact)
		return out, task.Decode(v.body, out.Artifact)
	default:
		out.Message = new(a2a.Message)
		return out, task.Decode(v.body, out.Message)
	}
}

// task is the fold of the events.
func (e *entry) task(history int, artifacts bool) (*a2a.Task, error) {
	var fold task.Fold
	for _, v := range e.events {
		read, err := v.read()
		if err != nil {
			return nil, err
		}
		fold.Add(read)
	}
	t := *fold.Task()
	switch {
	case history == 0:
		t.History = nil
	case history > 0:
		t.History = t.History[max(0, len(t.History)-history):]
	}
	if !artifacts {
		t.Artifacts = nil
	}
	return &t, nil
}

// compact makes artifacts of chunks, each with the number of its last one, and
// drops the states that the task went through.
func (e *entry) compact(to change) error {
	type key struct {
		run string
		id  a2a.ArtifactID
	}
	var order []key
	parts, last := make(map[key][]*a2a.Artifact), make(map[key]int64)
	var kept []event
	for _, v := range e.events {
		switch v.Kind {
		case task.EventMessage, task.EventArtifact:
			kept = append(kept, v)
		case task.EventChunk:
			read, err := v.read()
			if err != nil {
				return err
			}
			k := key{v.Run, v.artifact}
			if parts[k] == nil {
				order = append(order, k)
			}
			parts[k], last[k] = append(parts[k], read.Artifact), v.Seq
		}
	}
	place := e.count(task.EventArtifact)
	for i, k := range order {
		body := to.whole[k.id]
		if body == nil || k.run != to.Run {
			var err error
			if body, err = json.Marshal(task.JoinChunks(parts[k])[0]); err != nil {
				return err
			}
		}
		whole := task.Event{Seq: last[k], Kind: task.EventArtifact, Run: k.run, At: to.At, Place: place + i}
		kept = append(kept, event{whole, k.id, body})
	}
	slices.SortFunc(kept, func(a, b event) int { return cmp.Compare(a.Seq, b.Seq) })
	e.events, e.again = kept, false
	return nil
}

// size is what the events take.
func (e *entry) size() int64 {
	var n int64
	for _, v := range e.events {
		n += int64(len(v.body))
	}
	return n
}
