package registrar

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/semaphore"
)

const (
	// turnWait is how long a registration waits for its turn. Agents wait longer for an
	// answer, so that they hear of it.
	turnWait = 3 * time.Second
	// turnAfter is when it is worth asking again.
	turnAfter = 5 * time.Second
)

// errNoTurn: the authorization server has enough to do.
var errNoTurn = errors.New("as many clients are being written as may be at once")

// turns are for how many clients are written at once. An authorization server that is
// given more than it can do at a time ends none of it in time, and all of it is asked again.
type turns struct{ free *semaphore.Weighted }

func newTurns(n int) *turns { return &turns{semaphore.NewWeighted(int64(n))} }

// take waits for a turn, first come first served. Nothing is stored of a registration
// before it has one, so that none keeps a lease while it waits.
func (t *turns) take(ctx context.Context) (release func(), err error) {
	waiting, cancel := context.WithTimeout(ctx, turnWait)
	defer cancel()
	switch err := t.free.Acquire(waiting, 1); {
	case err == nil:
		return func() { t.free.Release(1) }, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	}
	return nil, &Refusal{Word: Busy, RetryAfter: turnAfter, Cause: errNoTurn}
}
