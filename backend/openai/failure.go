package openai

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/internal/sse"
	"github.com/getbindu/bindu-go/task"
)

// What peers are told. None of it repeats what the server said.
var (
	failContent   = &task.Failure{Reason: "content_unsupported", Text: "this agent reads text only", Rejected: true}
	failAway      = &task.Failure{Reason: "model_unavailable", Text: "the agent's model does not answer; send the message again later"}
	failSilent    = &task.Failure{Reason: "model_timeout", Text: "the agent's model was silent for longer than the agent allows; send the message again later, or ask for less"}
	failTruncated = &task.Failure{Reason: "model_truncated", Text: "the answer of the agent's model broke off; send the message again"}
	failLength    = &task.Failure{Reason: "model_length", Text: "the conversation or the answer is longer than the agent's model allows; ask for less, or begin another context"}
	failFiltered  = &task.Failure{Reason: "model_filtered", Text: "a filter of the agent's model withholds the answer; ask something else", Rejected: true}
	failDeclined  = &task.Failure{Reason: "model_declined", Text: "the agent's model declines to answer; ask something else", Rejected: true}
	failKey       = &task.Failure{Reason: "model_key", Text: "the agent's model does not let the agent in; its operator finds more in the agent's log"}
	failAnswer    = &task.Failure{Reason: "model_answer", Text: "the agent's model answered something that is no chat completion; its operator finds more in the agent's log"}
	failRefused   = &task.Failure{Reason: "model_refused", Text: "the agent's model refuses the request; its operator finds more in the agent's log"}
	failTooLong   = &task.Failure{Reason: "artifact_too_large", Text: "the agent's model answered more than the agent allows; ask for less"}
)

// refusedError is an answer that is an error.
type refusedError struct {
	status     int
	code       string // the server's word for it
	retryAfter int    // seconds, 0 if it does not say
}

// maxRetryAfter is the longest that is repeated of what a server says of when to come again, in seconds.
const maxRetryAfter = 24 * 3600

func (e *refusedError) Error() string {
	return fmt.Sprintf("the model's server refuses: status %d, code %q", e.status, e.code)
}

func (e *refusedError) failure() *task.Failure {
	switch {
	case e.code == "context_length_exceeded":
		return failLength
	case e.code == "content_filter":
		return failFiltered
	case e.status == http.StatusUnauthorized, e.status == http.StatusForbidden:
		return failKey
	case e.status == http.StatusTooManyRequests && e.retryAfter > 0:
		return &task.Failure{Reason: "model_busy", Text: fmt.Sprintf("the agent's model has too much to do; send the message again in %d s", e.retryAfter)}
	case e.status == http.StatusTooManyRequests:
		return &task.Failure{Reason: "model_busy", Text: "the agent's model has too much to do; send the message again later"}
	case e.status >= http.StatusInternalServerError:
		return failAway
	}
	return failRefused
}

// public says of an error what the caller may know. The error stays for the log.
func (o *OpenAI) public(ctx context.Context, err error) error {
	var own *task.Failure
	var refused *refusedError
	cause := context.Cause(ctx)
	switch {
	case errors.As(err, &own):
	case cause != nil && errors.As(cause, &own):
	case cause != nil:
		return cause
	case errors.As(err, &refused):
		own = refused.failure()
	case errors.Is(err, errAnswer), errors.Is(err, sse.ErrTooLarge), errors.Is(err, fetch.ErrTooLong):
		own = failAnswer
	default:
		own = failAway
	}
	o.cfg.Logger.Warn("the model did not answer the message", "reason", own.Reason, "error", err)
	return own
}
