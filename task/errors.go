package task

import (
	"errors"
	"fmt"
	"strings"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// Refusal is a request that is well-formed but cannot be carried out. It
// unwraps to the error that the A2A specification (section 3.3.2) names for it.
type Refusal struct {
	// Err is one of the errors of package a2a.
	Err error
	// Reason is a stable word in snake_case.
	Reason string
	// Message is what the peer reads. It never depends on another owner's data.
	Message string
}

// Error returns the message.
func (r *Refusal) Error() string { return r.Message }

// Unwrap returns the A2A error.
func (r *Refusal) Unwrap() error { return r.Err }

// Refusals of [Service] and of [Store].
var (
	// ErrNotFound: the owner has no such task.
	ErrNotFound error = &Refusal{a2a.ErrTaskNotFound, "task_not_found", "task not found"}
	// ErrNotCancelable: the task to cancel has ended.
	ErrNotCancelable error = &Refusal{a2a.ErrTaskNotCancelable, "task_ended", "the task has ended and cannot be canceled"}
	// ErrEnded: the task has ended and takes no more messages or changes.
	ErrEnded error = &Refusal{a2a.ErrUnsupportedOperation, "task_ended", "the task has ended; start a new task that references it"}
	// ErrBusy: the task is being worked on and takes no message now.
	ErrBusy error = &Refusal{a2a.ErrUnsupportedOperation, "task_busy", "the task is being worked on; send the message when it asks for input, or start a new task that references it"}
	// ErrContextMismatch: the message names a task of another context (A2A section 3.4.2).
	ErrContextMismatch error = &Refusal{a2a.ErrInvalidParams, "context_mismatch", "the task does not belong to the context that the message names"}
	// ErrPageToken: the page token was not issued for this owner and these filters.
	ErrPageToken error = &Refusal{a2a.ErrInvalidParams, "page_token_invalid", "the page token does not belong to this list"}
	// ErrContextNotFound: the owner has no task in the context.
	ErrContextNotFound error = &Refusal{a2a.ErrInvalidParams, "context_not_found", "context not found"}

	// ErrNothingToCome: the task to read on has ended.
	ErrNothingToCome error = &Refusal{a2a.ErrUnsupportedOperation, "task_ended", "the task has ended: nothing more will happen; get it with GetTask (0.3: tasks/get)"}

	errPush     = &Refusal{a2a.ErrPushNotificationNotSupported, "push_unsupported", "this agent does not send push notifications; poll GetTask (0.3: tasks/get)"}
	errExtended = &Refusal{a2a.ErrUnsupportedOperation, "extended_card_unsupported", "this agent has no extended card; the public card says everything"}
)

// Errors that are not the request's fault.
var (
	// ErrNoCaller: the context carries no caller, or one without a name; the
	// request must not be served.
	ErrNoCaller = fmt.Errorf("no authenticated caller: %w", a2a.ErrUnauthenticated)
	// ErrClosed: the service is stopping and takes no more messages.
	ErrClosed = errors.New("the agent is shutting down")
	// ErrOverloaded: as many tasks wait as the settings allow.
	ErrOverloaded = errors.New("the agent is overloaded")
	// ErrStorage: the store cannot be read or written; the disk may be full.
	ErrStorage = errors.New("the tasks cannot be read or written")
	// ErrSuperseded: the change belongs to an execution that no longer owns the task.
	ErrSuperseded = errors.New("the task is no longer run by this execution")
	// ErrTold: the owner knows the task, which therefore cannot become [StateAnswered].
	ErrTold = errors.New("the owner knows the task")
)

// Quotas of what is kept for one owner.
const (
	QuotaTasks = "tasks"
	QuotaBytes = "bytes"
)

// QuotaError reports that an owner reached one of its limits.
type QuotaError struct {
	// Quota names the limit: "tasks", "bytes", "messages", "task bytes", "active",
	// "webhooks" or "task webhooks".
	Quota string
	// Limit is the configured maximum.
	Limit int64
	// Over is by how much QuotaTasks or QuotaBytes would be exceeded.
	Over int64
}

// Error names the limit and what makes room.
func (e *QuotaError) Error() string {
	switch e.Quota {
	case "active":
		return fmt.Sprintf("at most %d tasks of one caller may be unfinished; wait until one ends", e.Limit)
	case "webhooks":
		return fmt.Sprintf("at most %d webhooks are kept for one caller; delete some, or clear contexts that are done with", e.Limit)
	case "task webhooks":
		return fmt.Sprintf("a task has at most %d webhooks; delete one", e.Limit)
	case "messages", "task bytes":
		return fmt.Sprintf("a task holds at most %d %s; start a new task", e.Limit, strings.TrimPrefix(e.Quota, "task "))
	default:
		return fmt.Sprintf("at most %d %s are kept for one caller; contexts/clear makes room, and canceling what waits", e.Limit, e.Quota)
	}
}

// forbidden is a webhook that is not called.
func forbidden(format string, args ...any) error {
	return &Refusal{a2a.ErrInvalidParams, "url_forbidden", "the webhook's url: " + fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) error {
	return &Refusal{a2a.ErrInvalidParams, "params_invalid", fmt.Sprintf(format, args...)}
}
