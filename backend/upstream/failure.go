package upstream

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/internal/sse"
	"github.com/getbindu/bindu-go/task"
)

// What peers are told. None of it repeats what the upstream said of its inside.
var (
	failAway    = &task.Failure{Reason: reasonAway, Text: "the agent's backend does not answer; send the message again later"}
	failSilent  = &task.Failure{Reason: "upstream_timeout", Text: "the agent's backend was silent for longer than the agent allows; send the message again later, or ask for less"}
	failAnswer  = &task.Failure{Reason: "upstream_answer", Text: "the agent's backend answered something that is no answer of A2A; its operator finds more in the agent's log"}
	failNoCard  = &task.Failure{Reason: reasonCard, Text: "the agent's backend describes itself in no way that the agent understands; its operator finds more in the agent's log"}
	failTooLong = &task.Failure{Reason: "artifact_too_large", Text: "the agent's backend answered more than the agent allows; ask for less"}
)

// errAnswer: what came is no answer.
var errAnswer = errors.New("not an answer of A2A")

func badAnswer(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errAnswer, fmt.Sprintf(format, args...))
}

// refusedError is an answer that is an error of JSON-RPC, or of HTTP.
type refusedError struct {
	status  int   // of HTTP
	code    int64 // of JSON-RPC, 0 if there was none
	message string
}

func (e *refusedError) Error() string {
	return fmt.Sprintf("the upstream refuses: status %d, code %d, %q", e.status, e.code, e.message)
}

// Numbers of JSON-RPC and of A2A that say more than that something failed.
const (
	codeNoMethod    = -32601
	codeNoTask      = -32001
	codeUnsupported = -32004
	codeContentType = -32005
	codeVersion     = -32009
)

// speaksOtherwise reports that the method or the version is refused, and nothing was done.
func (e *refusedError) speaksOtherwise() bool {
	switch e.code {
	case codeNoMethod, codeUnsupported, codeVersion:
		return true
	case 0:
		return e.status == http.StatusNotImplemented || e.status == http.StatusNotAcceptable
	}
	return false
}

func (e *refusedError) failure() *task.Failure {
	switch {
	case e.code == codeContentType:
		return &task.Failure{Reason: "content_unsupported", Text: "the agent does not take content of this type", Rejected: true}
	case e.code == codeNoTask:
		return &task.Failure{Reason: "upstream_refused", Text: "the agent's backend does not know this task any more; start a new one"}
	case e.status == http.StatusTooManyRequests:
		return &task.Failure{Reason: "upstream_busy", Text: "the agent's backend has too much to do; send the message again later"}
	case e.code == 0 && (e.status == http.StatusBadGateway || e.status == http.StatusServiceUnavailable || e.status == http.StatusGatewayTimeout):
		return failAway
	case e.code != 0:
		return &task.Failure{Reason: "upstream_refused", Text: fmt.Sprintf("the agent's backend refused the message (error %d); change it, or ask the agent's operator", e.code)}
	}
	return &task.Failure{Reason: "upstream_refused", Text: fmt.Sprintf("the agent's backend refused the message (status %d); change it, or ask the agent's operator", e.status)}
}

// public says of an error what the caller may know. The error stays for the log.
func (u *Upstream) public(ctx context.Context, err error) error {
	var own *task.Failure
	var refused *refusedError
	cause := context.Cause(ctx)
	switch {
	case errors.As(err, &own):
		return own
	case cause != nil && errors.As(cause, &own):
		return own
	case cause != nil:
		return cause
	case errors.As(err, &refused):
		own = refused.failure()
	case errors.Is(err, errCard):
		own = failNoCard
	case errors.Is(err, fetch.ErrTooLong), errors.Is(err, sse.ErrTooLarge):
		own = failTooLong
	case errors.Is(err, errAnswer):
		own = failAnswer
	default:
		own = failAway
	}
	u.cfg.Logger.Warn("the upstream did not answer the message", "reason", own.Reason, "error", err)
	return own
}

// maxSaid bounds what a failure repeats of the upstream's own words to the caller, in bytes.
const maxSaid = 1024

// oneLine makes one line of what the upstream says to the caller.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "\ufffd")), " ")
	if len(text) <= maxSaid {
		return text
	}
	return strings.ToValidUTF8(text[:maxSaid], "") + "…"
}
