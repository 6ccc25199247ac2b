package gate

import (
	"errors"
	"hash/maphash"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

var (
	errInFlight = errors.New("too many requests in flight")
	errRate     = errors.New("rate exceeded")
	errTooMany  = errors.New("too many callers at once")
)

const (
	usageShards = 64
	// usagePerShard bounds the callers remembered at once: 64 × 1024.
	usagePerShard = 1024
	// retryAfterBusy is what a caller is asked to wait for a place.
	retryAfterBusy = time.Second
)

// usage counts what each caller does now. One hostile caller uses up its own
// share and nobody else's.
type usage struct {
	limits Limits
	now    func() time.Time
	seed   maphash.Seed
	shards [usageShards]usageShard
}

type usageShard struct {
	mu      sync.Mutex
	callers map[string]*callerUsage
}

type callerUsage struct {
	inFlight int
	rate     *rate.Limiter
	last     time.Time
}

func newUsage(l Limits, now func() time.Time) *usage {
	u := &usage{limits: l, now: now, seed: maphash.MakeSeed()}
	for i := range u.shards {
		u.shards[i].callers = make(map[string]*callerUsage)
	}
	return u
}

// limit charges the caller on whom the proofs agreed; before the signature was
// verified, somebody else could spend its share.
func (c *Chain) limit(x *exchange) *Denial {
	release, wait, err := c.usage.acquire(x.caller.Name())
	if err != nil {
		d := deny(RateLimited, err)
		d.RetryAfter = wait
		return d
	}
	x.onDone(release)
	return nil
}

// acquire takes a place among the caller's requests in flight, or says how long
// to wait before another try.
func (u *usage) acquire(name string) (release func(), wait time.Duration, err error) {
	s := &u.shards[maphash.String(u.seed, name)%usageShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	// The time of this moment, not of the request's beginning: a body that
	// took long would set the caller's clock back and so refill its bucket.
	now := u.now()
	caller, ok := s.callers[name]
	if !ok {
		if len(s.callers) >= usagePerShard && !s.evict(now, u.idleAfter()) {
			return nil, retryAfterBusy, errTooMany
		}
		caller = &callerUsage{rate: rate.NewLimiter(rate.Limit(u.limits.Rate), u.limits.Burst)}
		s.callers[name] = caller
	}
	caller.last = now
	if caller.inFlight >= u.limits.InFlight {
		return nil, retryAfterBusy, errInFlight
	}
	if !caller.rate.AllowN(now, 1) {
		missing := 1 - caller.rate.TokensAt(now)
		return nil, time.Duration(missing / u.limits.Rate * float64(time.Second)), errRate
	}
	caller.inFlight++
	return func() {
		s.mu.Lock()
		caller.inFlight--
		s.mu.Unlock()
	}, 0, nil
}

// idleAfter is when a caller's bucket is full again, so that forgetting it
// gives nothing away.
func (u *usage) idleAfter() time.Duration {
	return time.Duration(float64(u.limits.Burst) / u.limits.Rate * float64(time.Second))
}

func (s *usageShard) evict(now time.Time, idle time.Duration) bool {
	for name, c := range s.callers {
		if c.inFlight == 0 && now.Sub(c.last) > idle {
			delete(s.callers, name)
		}
	}
	return len(s.callers) < usagePerShard
}
