package policy

import (
	"hash/maphash"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
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

// share is what one caller has used. It is guarded by its shard's mutex.
type share struct {
	quota    Quota
	limiter  *rate.Limiter // nil without a rate
	inFlight int
	day      int64 // days since 1970, UTC
	today    int   // requests on that day
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

// Acquire charges one request to the caller. release must be called when the
// request is done; calling it again does nothing. The error is a [*QuotaError],
// and then nothing was charged.
func (q *Quotas) Acquire(did string, now time.Time) (release func(), err error) {
	quota := q.rules.Load().of(did)
	if quota == (Quota{}) {
		return func() {}, nil
	}
	s := &q.shards[maphash.String(q.seed, did)%quotaShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	used := s.share(did, now)
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

// forgettable reports whether a new share would be worth the same: nothing in
// progress, nothing charged today, the rate's burst full.
func (u *share) forgettable(now time.Time) bool {
	return u.inFlight == 0 &&
		(u.quota.Daily == 0 || u.day != dayOf(now)) &&
		(u.limiter == nil || u.limiter.TokensAt(now) >= float64(u.limiter.Burst()))
}

// charge checks all limits before it takes anything.
func (u *share) charge(quota Quota, now time.Time) error {
	u.adopt(quota, now)
	if quota.Concurrent > 0 && u.inFlight >= quota.Concurrent {
		return &QuotaError{Limit: LimitConcurrent, RetryAfter: retryBusy}
	}
	if quota.Daily > 0 && u.today >= quota.Daily {
		return &QuotaError{Limit: LimitDaily, RetryAfter: untilMidnight(now)}
	}
	if u.limiter != nil && !u.limiter.AllowN(now, 1) {
		missing := 1 - u.limiter.TokensAt(now)
		return &QuotaError{Limit: LimitRate, RetryAfter: time.Duration(missing / float64(u.limiter.Limit()) * float64(time.Second))}
	}
	u.inFlight++
	u.today++
	return nil
}

// adopt brings the share up to date with the quota and the day. A clock that
// steps back does not open a day again.
func (u *share) adopt(quota Quota, now time.Time) {
	if day := dayOf(now); day > u.day {
		u.day, u.today = day, 0
	}
	if quota == u.quota {
		return
	}
	limit, burst := rate.Limit(quota.Rate), quota.Burst
	if burst == 0 {
		burst = int(math.Ceil(quota.Rate))
	}
	switch {
	case quota.Rate == 0:
		u.limiter = nil
	case u.limiter == nil:
		u.limiter = rate.NewLimiter(limit, burst)
	default:
		u.limiter.SetLimitAt(now, limit)
		u.limiter.SetBurstAt(now, burst)
	}
	u.quota = quota
}

const daySeconds = 24 * 60 * 60

func dayOf(t time.Time) int64 { return t.Unix() / daySeconds }

func untilMidnight(t time.Time) time.Duration {
	return time.Duration(daySeconds-t.Unix()%daySeconds) * time.Second
}
