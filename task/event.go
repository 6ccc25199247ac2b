package task

import (
	"slices"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// EventKind says what an [Event] tells.
type EventKind string

// The kinds of events.
const (
	// EventMessage: a message joined the history. That of a client begins a run,
	// and the task is submitted.
	EventMessage EventKind = "message"
	// EventArtifact: an artifact as a whole, and its place. It stands for the chunks
	// that a reader may have seen of it.
	EventArtifact EventKind = "artifact"
	// EventChunk: further parts of an artifact of the same run and id.
	EventChunk EventKind = "chunk"
	// EventState: the task came into a state. If it is submitted again, a run was
	// lost and another begins: the chunks of before are void.
	EventState EventKind = "state"
)

// Event is one of the things that a task consists of. What it tells never
// changes; see [Store] for which events are kept.
type Event struct {
	// Seq is its number among those of its task, from 1 on. Numbers are not used
	// twice and may be missing.
	Seq  int64
	Kind EventKind
	// Run is the run that wrote it or, with a client's message, that it began; with
	// the state that a task rests in, the run that had it last. It is "" where it
	// was no run, or is not known any more.
	Run string
	At  time.Time
	// State is that of EventState.
	State a2a.TaskState
	// Message is that of EventMessage, or what EventState says beside the state.
	Message *a2a.Message
	// Artifact is that of EventArtifact and EventChunk.
	Artifact *a2a.Artifact
	// Place is that of EventArtifact among the artifacts of its task, from 0 on. The
	// chunks of a further artifact make it the next one.
	Place int
	// First and Last say of EventChunk that its run wrote none of this artifact
	// before, and that it promised no more of it.
	First, Last bool
}

// Head is what is true of a task after its last event.
type Head struct {
	// Seq is the number of the last event.
	Seq   int64
	State a2a.TaskState
	// Run and Fence name the run that may write; see [Transition].
	Run   string
	Fence int64
}

// AtRest reports that no run works on the task.
func (h Head) AtRest() bool { return atRest(h.State) }

func atRest(s a2a.TaskState) bool {
	return s != a2a.TaskStateSubmitted && s != a2a.TaskStateWorking
}

// Fold makes a task of its events, which may be read in any number of turns.
type Fold struct {
	task a2a.Task
	made []made // one for each artifact
}

// made is what a fold knows of an artifact.
type made struct {
	place int
	run   string
	whole bool // it was an event, not chunks
	ours  bool // it is a copy, which may be appended to
}

// Add takes the next event in.
func (f *Fold) Add(e Event) {
	at := e.At
	switch e.Kind {
	case EventMessage:
		f.task.ID, f.task.ContextID = e.Message.TaskID, e.Message.ContextID
		f.task.History = append(f.task.History, e.Message)
		if e.Message.Role == a2a.MessageRoleUser {
			f.task.Status = a2a.TaskStatus{State: a2a.TaskStateSubmitted, Timestamp: &at}
		}
	case EventState:
		if e.State == a2a.TaskStateSubmitted {
			f.dropChunks()
		}
		f.task.Status = a2a.TaskStatus{State: e.State, Message: e.Message, Timestamp: &at}
	case EventArtifact:
		f.place(e)
	case EventChunk:
		f.addChunk(e)
	}
}

// place puts an artifact where it belongs, in place of its chunks.
func (f *Fold) place(e Event) {
	i, known := slices.BinarySearchFunc(f.made, e.Place, func(m made, place int) int { return m.place - place })
	if !known {
		f.task.Artifacts, f.made = slices.Insert(f.task.Artifacts, i, nil), slices.Insert(f.made, i, made{})
	}
	f.task.Artifacts[i], f.made[i] = e.Artifact, made{place: e.Place, run: e.Run, whole: true}
}

func (f *Fold) addChunk(e Event) {
	for i, known := range f.task.Artifacts {
		if f.made[i].run == e.Run && known.ID == e.Artifact.ID {
			f.join(i, e.Artifact)
			return
		}
	}
	next := made{run: e.Run}
	if n := len(f.made); n > 0 {
		next.place = f.made[n-1].place + 1
	}
	f.task.Artifacts, f.made = append(f.task.Artifacts, e.Artifact), append(f.made, next)
}

// dropChunks forgets what chunks alone have made. It is behind all that is whole.
func (f *Fold) dropChunks() {
	n := len(f.made)
	for n > 0 && !f.made[n-1].whole {
		n--
	}
	f.made, f.task.Artifacts = f.made[:n], f.task.Artifacts[:n:n]
	if n == 0 {
		f.task.Artifacts = nil
	}
}

// join appends the parts of a chunk. Events do not change: the first time it
// makes a copy, and from then on each part costs the same.
func (f *Fold) join(i int, chunk *a2a.Artifact) {
	if !f.made[i].ours {
		whole := *f.task.Artifacts[i]
		whole.Parts = slices.Clip(whole.Parts)
		f.task.Artifacts[i], f.made[i].ours = &whole, true
	}
	f.task.Artifacts[i].Parts = append(f.task.Artifacts[i].Parts, chunk.Parts...)
}

// Task returns the task as far as its events were added, until the next is.
func (f *Fold) Task() *a2a.Task { return &f.task }

// JoinChunks returns the artifacts that the chunks of one run make, in the order
// of their first chunks.
func JoinChunks(chunks []*a2a.Artifact) []*a2a.Artifact {
	var f Fold
	for _, c := range chunks {
		f.addChunk(Event{Artifact: c})
	}
	return f.task.Artifacts
}
