package task

import (
	"context"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// Store keeps tasks as their events. An event gets the next number of its task
// while the task's row is locked, so that whoever reads a task's events by number
// misses none, in whatever order transactions end. Whenever a task comes to rest
// it is compacted: chunks become the artifacts they make, each with the number of
// its last chunk, and of the states only the last is kept. Reading on behind any
// event therefore always leads to the same [Fold], which is what Get returns, but for
// where the texts of an artifact end that the run handed in as a whole
// ([Transition.Whole]).
//
// Every method that takes an owner sees and changes rows of that owner only, by the
// query itself and not by a check after it. All methods may be called concurrently,
// by several processes if the implementation is shared. What storage is to blame for
// is ErrStorage. Submit, Get, List and Events ask [Reserve] before they read a
// task's messages and artifacts, and fail with its error; [tasktest.Run] is the
// contract in code.
//
// [tasktest.Run]: https://pkg.go.dev/github.com/getbindu/bindu-go/task/tasktest#Run
type Store interface {
	// Submit stores a client's message, in one transaction with what it does to
	// its task: create it, or continue one that waits for input. It fails with
	// ErrNotFound, ErrEnded, ErrBusy, ErrContextMismatch or a *QuotaError,
	// and then nothing has changed.
	Submit(ctx context.Context, s Submission) (Submitted, error)

	// Transition changes the state of a task that has not ended, and appends what
	// comes with it. It fails with ErrNotFound, ErrEnded, ErrSuperseded (another
	// run has the task), ErrTold or a *QuotaError, and then nothing has changed: of
	// any number of concurrent transitions to an end exactly one succeeds.
	// [StateAnswered] is an end.
	Transition(ctx context.Context, owner, id string, t Transition) error

	// Append adds to what a run makes, and costs the same however much that is.
	// It fails as Transition does; a task at rest has no run that may append.
	Append(ctx context.Context, owner, id string, c Chunk) error

	// Events returns the events behind the one numbered after, in their order, at
	// most limit of them, and the head of the task as of the same moment. With
	// limit 0 it reads the head alone. ErrNotFound if the owner has no such task.
	Events(ctx context.Context, owner, id string, after int64, limit int) ([]Event, Head, error)

	// Tell notes that the owner gets to know the task, and reports whether a run
	// still works on it: then it can no more become [StateAnswered].
	Tell(ctx context.Context, owner, id string) (bool, error)

	// Get returns a task with its artifacts and the last history messages, all
	// if history is negative. ErrNotFound if the owner has none of that id.
	Get(ctx context.Context, owner, id string, history int) (*a2a.Task, error)

	// List returns one page of tasks, the most recently updated first. It leaves
	// out those that are [StateAnswered].
	List(ctx context.Context, owner string, f Filter) (Page, error)

	// Contexts returns the owner's contexts, the most recently updated first, also
	// those whose messages were all answered with messages; their tasks are 0.
	Contexts(ctx context.Context, owner string, limit int) ([]Context, error)

	// ClearContext deletes the owner's tasks of a context and what belongs to
	// them, and returns how many there were. It may let others write in between:
	// with an error, the number is that of those which are deleted already.
	ClearContext(ctx context.Context, owner, contextID string) (int, error)

	// AddFeedback stores feedback on a task. ErrNotFound, *QuotaError.
	AddFeedback(ctx context.Context, owner string, f Feedback) error

	// TaskOwners and ContextOwners return up to two owners who have a task of
	// that id, or tasks in that context. They exist for administrators only.
	TaskOwners(ctx context.Context, id string) ([]string, error)
	ContextOwners(ctx context.Context, contextID string) ([]string, error)

	// Hold keeps the runs of a holder alive until d from now, in the store's time.
	// Release ends that at once.
	Hold(ctx context.Context, holder string, d time.Duration) error
	Release(ctx context.Context, holder string) error

	// TakeLost gives a lost task to a run of the holder, which begins anew what the
	// lost one did: what that made is dropped. It takes the first behind r.After, and
	// none that was taken since its last message. Nothing was taken if ID is "". With an
	// error and an ID it is taken and could not be read: only the caller can end it.
	TakeLost(ctx context.Context, r Recovery, run string, at time.Time) (Taken, error)

	// FailLost ends the tasks whose run is lost, as Transition does, and returns
	// them. In the same transaction in which a task ends its run is lost still.
	FailLost(ctx context.Context, r Recovery) ([]Lost, error)

	// Expire deletes tasks of every owner that no execution works on and that
	// last changed before a time, with all that belongs to them, the oldest
	// first, and returns how many: limit at most, and no more than one brief
	// transaction takes. 0 means that there are none.
	Expire(ctx context.Context, before time.Time, limit int) (int, error)

	// Probe writes something of the size of a message and takes it away again:
	// ErrStorage if the store cannot be written.
	Probe(ctx context.Context) error
}

// Filter selects and shapes a page of tasks.
type Filter struct {
	// ContextID and State restrict the list unless they are empty.
	ContextID string
	State     a2a.TaskState
	// Since restricts it to tasks whose status is not older, unless zero.
	Since time.Time
	// After is where the page starts: behind the last task of the one before.
	After Cursor
	// Limit is the most tasks of a page. MaxBytes, unless 0, ends it sooner when
	// its tasks, with the history and artifacts asked for, become larger; one
	// task is returned in any case.
	Limit    int
	MaxBytes int64
	// History is how many messages each task carries, all if negative.
	History int
	// Artifacts tells whether tasks carry them.
	Artifacts bool
}

// Cursor is a place in a list of tasks; the zero value is its start.
type Cursor struct {
	UpdatedAt time.Time
	ID        string
}

// Page is one page of a list.
type Page struct {
	Tasks []*a2a.Task
	// Total counts the tasks of all pages.
	Total int
	// Next is where the following page starts; zero if there is none.
	Next Cursor
}

// Context is a conversation: the tasks that share a context id.
type Context struct {
	ID string
	// Tasks counts them; TaskIDs names the most recently updated ones.
	Tasks     int
	TaskIDs   []string
	UpdatedAt time.Time
	// CreatedAt is when the first message came of those that are still there.
	CreatedAt time.Time
}

// Feedback is what an owner thinks of a task's result.
type Feedback struct {
	TaskID, Text string
	// Rating is 1 (worst) to 5; 0 when none was given.
	Rating   int
	Metadata map[string]any
	At       time.Time
	MaxBytes int64
	// MakeRoom is as in [Submission].
	MakeRoom bool
}
