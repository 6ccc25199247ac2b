package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/getbindu/bindu-go/internal/fetch"
)

// outOfTime names --timeout where it ended the wait: whoever was waited for may
// be well. ctx is the one that the flag bounds. What failed for another cause
// keeps its word, even if the time is over by now.
func outOfTime(ctx context.Context, timeout time.Duration, err error) error {
	if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return err
	}
	what := fmt.Errorf("--timeout %s is over: %w", timeout, err)
	if unanswered, ok := errors.AsType[*fetch.Error](err); ok && unanswered.Kind == fetch.TimedOut {
		what = fmt.Errorf("no answer from %s within --timeout %s", unanswered.Host, timeout)
	}
	if goes, ok := errors.AsType[*goesOnError](err); ok {
		what = &goesOnError{goes.advice, what}
	}
	return &reasonedError{"timeout", "a longer --timeout waits longer", what}
}
