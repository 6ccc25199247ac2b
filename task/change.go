package task

import (
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// Submission is a client's message on its way into the store.
type Submission struct {
	// Owner is whose task it is.
	Owner string
	// Message names its task and context as the client did. It is not modified.
	Message *a2a.Message
	// Body, if not nil, is the JSON of the message as part of the task that it creates.
	Body []byte
	// Digest identifies the content of the message: the same messageId with the
	// same digest is a duplicate, with another one a message of its own.
	Digest []byte
	// TaskID and ContextID are given to a new task if the message names none.
	TaskID, ContextID string
	// AdoptTaskID creates the task that the message names if the owner has none
	// of that id, instead of failing with ErrNotFound.
	AdoptTaskID bool
	// Run identifies the execution that will answer the message, and Holder whose
	// lease keeps it alive.
	Run, Holder string
	// Told: the owner gets to know the task before it ends.
	Told bool
	// At is the time of the change, with the precision of a millisecond.
	At time.Time
	// The quotas of the owner and of the task (see [Limits]).
	MaxTasks, MaxBytes, MaxMessages, MaxTaskBytes int64
	// MakeRoom deletes the owner's oldest ended tasks, of the thousand that
	// changed longest ago, where MaxTasks or MaxBytes would be exceeded. It is
	// done before the change and stays done even if it was not enough.
	MakeRoom bool
	// Outcome, if not nil, is what the run has come to already: a state at rest, and
	// what comes with it. It is stored with the message or not at all, at the time At
	// and within MaxBytes. The message names no task then. Only To, Message and
	// Artifacts of it count.
	Outcome *Transition
	// Push, if not nil, is a webhook of the task, which is told what happens from this
	// message on. Only a store that is an [Outbox] gets one.
	Push *NewPush
}

// Submitted is what became of a submission.
type Submitted struct {
	// Task is the task as it is now, with its whole history, and with its artifacts
	// if it is at rest.
	Task *a2a.Task
	// Fence is the number of the run that the message began, also with Unread. Each run of a task has
	// a larger one than those before it.
	Fence int64
	// Duplicate tells that the message was stored before and nothing changed.
	Duplicate bool
	// Unread is the id of a task that the message continues, when Submit failed
	// after the message was stored. Nobody but the caller can end that task.
	Unread string
}

// Transition is a change of state.
type Transition struct {
	// Run and Fence name the run that must have the task, both of them: a task that
	// was deleted and made again counts its runs anew. Run is "" where it is not a
	// run that changes the task.
	Run   string
	Fence int64
	// To is the new state.
	To a2a.TaskState
	// Message is the new status message; nil for none.
	Message *a2a.Message
	// Artifacts are appended to those of the task.
	Artifacts []*a2a.Artifact
	// Whole are artifacts of which the run appended every chunk: where the task comes to
	// rest they are stored in place of those. What is not in it is made of its chunks.
	Whole []*a2a.Artifact
	// At is the time of the change.
	At time.Time
	// MaxBytes is the owner's quota; 0 when the change adds nothing that counts.
	MaxBytes int64
	// MakeRoom is as in [Submission].
	MakeRoom bool
}

// Chunk is what a run adds to what it makes.
type Chunk struct {
	// Run and Fence are as in [Transition], and required.
	Run   string
	Fence int64
	// Artifact has the parts to add to the artifact of its id.
	Artifact *a2a.Artifact
	// First and Last are as in [Event].
	First, Last bool
	At          time.Time
	// MaxBytes and MakeRoom are as in [Transition].
	MaxBytes int64
	MakeRoom bool
}

// Recovery says which runs are lost and what becomes of their tasks.
type Recovery struct {
	// Holder is who asks: its runs are not lost.
	Holder string
	// Alone: whoever else had a run from this store is gone. Otherwise a run is
	// lost when the lease of its holder has ended.
	Alone bool
	// Transition ends the tasks, for FailLost.
	Transition Transition
	// After is the last task that was taken, for TakeLost.
	After Lost
}

// Lost is a task whose run was lost.
type Lost struct{ Owner, ID, Run string }

// Taken is a lost task that was given to another run.
type Taken struct {
	Lost
	// Task is the task as it is now, with its whole history; Fence is the number of
	// the run that has it.
	Task  *a2a.Task
	Fence int64
}
