package policy

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"
)

const (
	quotaShards = 64
	// callersPerShard bounds the callers counted at once: 64 × 1024.
	callersPerShard = 1024
	// retryBusy is what a caller is asked to wait for a free place.
	retryBusy = time.Second
)

// Quotas counts what each caller uses. Its memory is bounded; counts live in this
// process and begin anew when it restarts. It is safe for concurrent use.
type Quotas struct {
	rules  atomic.Pointer[QuotaRules]
	seed   maphash.Seed
	shards [quotaShards]quotaShard
}

type quotaShard struct {
	mu      sync.Mutex
	callers map[string]*share
	swept   time.Time // when room was last looked for in vain
}

// NewQuotas returns a counter for the given quotas.
func NewQuotas(r QuotaRules) *Quotas {
	q := &Quotas{seed: maphash.MakeSeed()}
	for i := range q.shards {
		q.shards[i].callers = make(map[string]*share)
	}
	q.SetRules(r)
	return q
}

// SetRules changes the quotas; what callers have used so far still counts.
func (q *Quotas) SetRules(r QuotaRules) { q.rules.Store(&r) }

// Acquire charges one request to the caller, by its [identity.Caller.Name].
// release must be called when the request is done; calling it again does
// nothing. The error is a [*QuotaError], and then nothing was charged.
//
// The clock is read while the share is held: of requests that are judged
// together none may bring an earlier time, which would set the share's clock
// back and so refill its rate.
func (q *Quotas) Acquire(caller string, clock func() time.Time) (release func(), err error) {
	quota := q.rules.Load().of(caller)
	if quota == (Quota{}) {
		return func() {}, nil
	}
	s := q.shardOf(caller)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := clock()
	used := s.share(caller, now)
	if used == nil {
		return nil, &QuotaError{Limit: LimitCallers, RetryAfter: retryBusy}
	}
	if err := used.charge(quota, now); err != nil {
		return nil, err
	}
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		used.inFlight--
	}), nil
}

// Exhausted returns the [*QuotaError] that Acquire would, and charges nothing.
func (q *Quotas) Exhausted(caller string, clock func() time.Time) error {
	quota := q.rules.Load().of(caller)
	if quota == (Quota{}) {
		return nil
	}
	s := q.shardOf(caller)
	s.mu.Lock()
	defer s.mu.Unlock()
	used := s.callers[caller]
	if used == nil {
		return nil
	}
	now := clock()
	used.adopt(quota, now)
	return used.exceeded(quota, now)
}

func (q *Quotas) shardOf(caller string) *quotaShard {
	return &q.shards[maphash.String(q.seed, caller)%quotaShards]
}

// share finds the caller's share, making room if need be. mu is held.
func (s *quotaShard) share(did string, now time.Time) *share {
	if used := s.callers[did]; used != nil {
		return used
	}
	if len(s.callers) >= callersPerShard && !s.sweep(now) {
		return nil
	}
	used := &share{}
	s.callers[did] = used
	return used
}

// sweep forgets callers that may be forgotten and reports whether there is room.
// In vain it is tried once in retryBusy, so that a flood of callers does not cost
// a sweep each. mu is held.
func (s *quotaShard) sweep(now time.Time) bool {
	if now.Sub(s.swept).Abs() < retryBusy {
		return false
	}
	for name, used := range s.callers {
		if used.forgettable(now) {
			delete(s.callers, name)
		}
	}
	if len(s.callers) < callersPerShard {
		return true
	}
	s.swept = now
	return false
}
