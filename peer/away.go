package peer

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/internal/retry"
)

// repeatable says what a call may be repeated after.
type repeatable int

const (
	// unsent calls are repeated only where the peer cannot have seen them: who
	// does not know a messageId again would do the work twice.
	unsent repeatable = iota
	// sent calls are also repeated where their answer was lost: the peer does
	// no more for two of them than for one. It may refuse them while it is down.
	sent
	// asked calls change nothing, and are repeated for as long as there is time.
	asked
)

// delivery is how a message to p may be repeated: it keeps its messageId, by
// which agents of this runtime know it again. They are known by their scheme.
func delivery(p Peer) repeatable {
	if p.scheme().Binds() {
		return sent
	}
	return unsent
}

// A peer that restarts is tried again after pauses that double from the first
// to the last, until there is no time left; without a deadline for maxAway.
const (
	firstReturn = 250 * time.Millisecond
	lastReturn  = 5 * time.Second
	maxAway     = time.Minute
)

// maxCardAway is how long a closed port is taken for a restart where nothing is
// known of the peer yet, whatever time the caller has: a port that was mistyped
// is closed for ever.
const maxCardAway = 15 * time.Second

// pause returns how long to wait for a peer that went away, and false when it
// has been away for too long for a caller without a deadline.
func (r *repeats) pause(ctx context.Context, least time.Duration) (time.Duration, bool) {
	if r.pauses == nil {
		r.pauses = retry.NewDoubling(firstReturn, lastReturn)
	}
	wait := max(r.pauses.Next(), least)
	r.away += wait
	if r.limit > 0 {
		return wait, r.away <= r.limit
	}
	_, limited := ctx.Deadline()
	return wait, limited || r.away <= maxAway
}

// isAway reports an error that a restart of the peer explains, and that the
// call may be repeated after.
func (r *repeats) isAway(err error) bool {
	if !errors.Is(err, ErrUnreachable) {
		return false
	}
	kind := fetch.Unknown
	if described, ok := errors.AsType[*fetch.Error](err); ok {
		kind = described.Kind
	}
	if kind == fetch.Refused || r.may == unsent {
		return kind == fetch.Refused
	}
	return slices.Contains([]fetch.Kind{fetch.Closed, fetch.Unreachable, fetch.Unknown}, kind)
}

// isDraining reports the refusal of a peer that is about to restart, or whose
// authority is away: a question is asked again for as long as there is time.
func (r *repeats) isDraining(refusal *Refusal) bool {
	return r.may == asked && refusal.Status == http.StatusServiceUnavailable &&
		0 < refusal.RetryAfter && refusal.RetryAfter <= maxWait
}

// enough reports whether the context lasts longer than the wait: if not, the
// refusal says more than the end of the context would.
func enough(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || time.Until(deadline) > wait
}
