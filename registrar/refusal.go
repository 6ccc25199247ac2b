package registrar

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/getbindu/bindu-go/internal/refusal"
)

// Refusal is why a request is not carried out.
type Refusal struct {
	// Word is stable: what programs, the log and metrics know it by.
	Word refusal.Word
	// Hint replaces that of the word where it is not empty.
	Hint string
	// RetryAfter goes with 429 and 503; zero is a second.
	RetryAfter time.Duration
	// Cause is for our log only.
	Cause error
	// close ends the connection with the answer.
	close bool
}

// Error is for the log.
func (r *Refusal) Error() string {
	if r.Cause == nil {
		return string(r.Word)
	}
	return fmt.Sprintf("%s: %v", r.Word, r.Cause)
}

// Unwrap returns the cause.
func (r *Refusal) Unwrap() error { return r.Cause }

func refuse(word refusal.Word, cause error) *Refusal { return &Refusal{Word: word, Cause: cause} }

// refusalOf returns what an error of [Registrar.Register] means to the agent.
func refusalOf(err error) *Refusal {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r
	}
	switch {
	case errors.Is(err, ErrStorage):
		return refuse(refusal.StorageUnavailable, err)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return refuse(refusal.RequestEnded, err)
	}
	return refuse(refusal.Internal, err)
}
