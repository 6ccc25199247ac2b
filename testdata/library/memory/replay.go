package memory

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
)

// Replay is a [gate.ReplayStore]. What it remembers goes with the process, so that
// an agent that is started again soon takes a signature a second time.
type Replay struct {
	perOwner int
	now      func() time.Time

	mu   sync.Mutex
	used map[did.DID]map[string]time.Time // until when
}

// NewReplay returns a store that keeps so many keys of each owner.
func NewReplay(perOwner int, now func() time.Time) *Replay {
	return &Replay{perOwner: perOwner, now: now, used: make(map[did.DID]map[string]time.Time)}
}

// Use implements [gate.ReplayStore].
func (r *Replay) Use(_ context.Context, owner did.DID, key string, expires time.Time) error {
	now := r.now()
	if now.After(expires) {
		return gate.ErrStale
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	own := r.used[owner]
	if _, known := own[key]; known {
		return gate.ErrReplayed
	}
	maps.DeleteFunc(own, func(_ string, until time.Time) bool { return now.After(until) })
	if len(own) >= r.perOwner {
		return gate.ErrQuota
	}
	if own == nil {
		own = make(map[string]time.Time)
		r.used[owner] = own
	}
	own[key] = expires
	return nil
}
