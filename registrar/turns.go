package registrar

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/getbindu/bindu-go/identity/did"
)

const (
	// turnWait is how long a registration waits for its turn. Agents wait longer for an
	// answer, so that they hear of it.
	turnWait = 5 * time.Second
	// firstTurn is how long a turn is taken to last before one has.
	firstTurn = time.Second
	// longestPromise is the latest that anybody is told to come back.
	longestPromise = time.Minute
)

// errNoTurn: the authorization server has enough to do.
var errNoTurn = errors.New("as many clients are being written as may be at once")

// turns are for how many clients are written at once. An authorization server that is
// given more than it can do at a time ends none of it in time, and all of it is asked again.
type turns struct {
	free *semaphore.Weighted
	n    int
	now  func() time.Time

	mu       sync.Mutex
	length   time.Duration // of a turn, a moving mean
	promised time.Time     // turns until then are for those who were sent away
	told     map[did.DID]time.Time
}

// maxTold is how many of those who were sent away are remembered, so that none of them has
// another turn promised by coming too early.
const maxTold = 4096

func newTurns(n int, now func() time.Time) *turns {
	return &turns{free: semaphore.NewWeighted(int64(n)), n: n, now: now, length: firstTurn, told: make(map[did.DID]time.Time)}
}

// take waits for a turn, first come first served. Nothing is stored of a registration
// before it has one, so that none keeps a lease while it waits.
func (t *turns) take(ctx context.Context, who did.DID) (release func(), err error) {
	if t.free.TryAcquire(1) {
		t.keepNoPromise()
		return t.begin(), nil
	}
	waiting, cancel := context.WithTimeout(ctx, turnWait)
	defer cancel()
	switch err := t.free.Acquire(waiting, 1); {
	case err == nil:
		t.forget(who)
		return t.begin(), nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	}
	return nil, &Refusal{Word: Busy, RetryAfter: t.promise(who), Cause: errNoTurn}
}

func (t *turns) begin() (release func()) {
	began := t.now()
	return func() {
		t.free.Release(1)
		t.mu.Lock()
		defer t.mu.Unlock()
		t.length += (max(0, t.now().Sub(began)) - t.length) / 8
	}
}

// promise is how long somebody is to stay away for whom there was no turn: each is told
// another time, one turn after the one before, so that they neither come back together
// nor leave turns to nobody. Who comes before its time is told the same time again.
func (t *turns) promise(who did.DID) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if at, ok := t.told[who]; ok && now.Before(at) {
		return at.Sub(now)
	}
	if t.promised.Before(now) {
		t.promised = now
	}
	t.promised = t.promised.Add(t.length / time.Duration(t.n))
	if latest := now.Add(longestPromise); t.promised.After(latest) {
		t.promised = latest
	}
	t.remember(who, now)
	return t.promised.Sub(now)
}

// remember notes what somebody was told, as long as there is room for that.
func (t *turns) remember(who did.DID, now time.Time) {
	if len(t.told) >= maxTold {
		maps.DeleteFunc(t.told, func(_ did.DID, at time.Time) bool { return !now.Before(at) })
	}
	if len(t.told) < maxTold {
		t.told[who] = t.promised
	}
}

func (t *turns) forget(who did.DID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.told, who)
}

// keepNoPromise: where there is a turn for who comes, nobody is waited for.
func (t *turns) keepNoPromise() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.promised = time.Time{}
	clear(t.told)
}
