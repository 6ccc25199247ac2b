package task

import (
	"context"
	"time"
)

// Push is a webhook: where somebody wants to be told what happens to a task.
type Push struct {
	// ID names it among those of its task.
	ID string
	// URL is called with POST, and Token and Authentication go along as they are.
	URL, Token     string
	Authentication *PushAuthentication
	// Form says in which form it is told. It is whoever made it that knows its
	// meaning; the store keeps it.
	Form string
}

// PushAuthentication is what a webhook wants in the header Authorization.
type PushAuthentication struct{ Scheme, Credentials string }

// Outbox is what a [Store] keeps where webhooks are told what happens to tasks. The
// events of a task are what is to be sent: each webhook has the number of the last one
// that was delivered, and nothing is copied. A webhook goes with its task, whose bytes it
// counts in. Methods that take an owner see and change rows of that owner only, by the
// query itself. [tasktest.RunOutbox] is the contract in code.
//
// [tasktest.RunOutbox]: https://pkg.go.dev/github.com/getbindu/bindu-go/task/tasktest#RunOutbox
type Outbox interface {
	// MakePush stores a webhook that is told what happens from now on. One of the same
	// id is replaced, and goes on behind what it was told. The owner knows the task then,
	// as after [Store.Tell]. It fails with ErrNotFound or a
	// *QuotaError, and then nothing has changed.
	MakePush(ctx context.Context, owner, taskID string, p NewPush) error

	// Pushes returns the webhooks of a task in the order in which they were made.
	// ErrNotFound if the owner has no such task.
	Pushes(ctx context.Context, owner, taskID string) ([]Push, error)

	// DropPush deletes a webhook, if there is one of that id. ErrNotFound if the owner
	// has no such task.
	DropPush(ctx context.Context, owner, taskID, id string) error

	// DropPushes deletes all webhooks of an owner and returns how many there were.
	DropPushes(ctx context.Context, owner string) (int, error)

	// DuePushes returns webhooks that have something to be told at a time, of each owner
	// those that wait for longest.
	DuePushes(ctx context.Context, f DueFilter) (Due, error)

	// TakePush takes a webhook that has something to be told, until a time: before that
	// nobody else gets it. ErrNotFound if there is none, or somebody else has it.
	TakePush(ctx context.Context, ref PushRef, at, until time.Time) (TakenPush, error)

	// SettlePush notes what became of a webhook that was taken, unless it is gone, was
	// made anew, or somebody else has it by now.
	SettlePush(ctx context.Context, taken TakenPush, s Settlement) error
}

// NewPush is a webhook on its way into the store.
type NewPush struct {
	Push
	At time.Time
	// The most webhooks of one task and of one owner, and the bytes of that owner.
	MaxPerTask, MaxPerOwner, MaxBytes int64
}

// PushRef names a webhook.
type PushRef struct{ Owner, TaskID, ID string }

// DueFilter says which webhooks are looked for.
type DueFilter struct {
	// Owner and TaskID restrict it to those of one task, unless empty.
	Owner, TaskID string
	// At is the time at which they are due.
	At time.Time
	// Limit is the most of them, and PerOwner the most of one owner.
	Limit, PerOwner int
}

// Due are webhooks that have something to be told.
type Due struct {
	Refs []PushRef
	// Armed: there may be more to tell, sooner or later, to them or to others.
	Armed bool
}

// TakenPush is a webhook that somebody has taken.
type TakenPush struct {
	PushRef
	Push
	// ContextID is that of its task.
	ContextID string
	// After is the number of the last event that was delivered, Tries how often the next
	// one was tried.
	After int64
	Tries int
	// Row and Until name what was taken, for SettlePush.
	Row   int64
	Until time.Time
}

// Settlement is what became of a delivery.
type Settlement struct {
	// After is the number of the last event that was delivered. If it is more than
	// before, tries begin anew.
	After int64
	// Tries is how often the next one was tried.
	Tries int
	// Due is when the next one is to be delivered, if there is one.
	Due time.Time
	// GivenUp: never, unless the webhook is made anew.
	GivenUp bool
}
