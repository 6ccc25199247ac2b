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
	// addressesPerName bounds the addresses of one name that are told apart.
	addressesPerName = 64
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
	// addresses counts the entries of one name at its addresses.
	addresses map[string]int
}

// callerUsage is what a name does, at one address where that is told apart.
type callerUsage struct {
	name, address string
	inFlight      int
	bytes         int64
	rate          *rate.Limiter
	last          time.Time
}

// place is the part of one request in a share, from acquire to release.
type place struct {
	shard  *usageShard
	caller *callerUsage
	limit  int64 // of the bytes of all places of the share
	bytes  int64 // held by this one
}

func newUsage(l Limits, now func() time.Time) *usage {
	u := &usage{limits: l, now: now, seed: maphash.MakeSeed()}
	for i := range u.shards {
		u.shards[i].callers = make(map[string]*callerUsage)
		u.shards[i].addresses = make(map[string]int)
	}
	return u
}

// acquire takes a place among the requests in flight of the name, at one
// address if that is not empty, or says how long to wait before another try.
func (u *usage) acquire(name, address string) (*place, time.Duration, error) {
	s := &u.shards[maphash.String(u.seed, name)%usageShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	// The time of this moment, not of the request's beginning: a body that
	// took long would set the caller's clock back and so refill its bucket.
	now := u.now()
	caller := u.find(s, name, address, now)
	if caller == nil {
		return nil, retryAfterBusy, errTooMany
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
	return &place{shard: s, caller: caller, limit: u.limits.BodyBytesHeld}, 0, nil
}

// find returns the share, a new one if need be, nil if there is no room. Beyond
// addressesPerName the further addresses of a name have one share together, so
// that one token cannot fill the memory.
func (u *usage) find(s *usageShard, name, address string, now time.Time) *callerUsage {
	key := name + " " + address // no name and no address has a space
	if caller, ok := s.callers[key]; ok {
		return caller
	}
	if address != "" && s.addresses[name] >= addressesPerName {
		s.evict(now, u.idleAfter())
		if s.addresses[name] >= addressesPerName {
			return u.find(s, name, "", now)
		}
	}
	if len(s.callers) >= usagePerShard && !s.evict(now, u.idleAfter()) {
		return nil
	}
	caller := &callerUsage{name: name, address: address, rate: rate.NewLimiter(rate.Limit(u.limits.Rate), u.limits.Burst)}
	s.callers[key] = caller
	if address != "" {
		s.addresses[name]++
	}
	return caller
}

// hold counts more bytes of a body for as long as the place is held, and
// reports false if the share has no room for them.
func (p *place) hold(bytes int64) bool {
	p.shard.mu.Lock()
	defer p.shard.mu.Unlock()
	if bytes > p.limit-p.caller.bytes {
		return false
	}
	p.caller.bytes += bytes
	p.bytes += bytes
	return true
}

// release gives the place back, once. A nil place is none.
func (p *place) release() {
	if p == nil {
		return
	}
	p.shard.mu.Lock()
	defer p.shard.mu.Unlock()
	p.caller.inFlight--
	p.caller.bytes -= p.bytes
}

// idleAfter is when a caller's bucket is full again, so that forgetting it
// gives nothing away.
func (u *usage) idleAfter() time.Duration {
	return time.Duration(float64(u.limits.Burst) / u.limits.Rate * float64(time.Second))
}

func (s *usageShard) evict(now time.Time, idle time.Duration) bool {
	for key, c := range s.callers {
		if c.inFlight > 0 || now.Sub(c.last) <= idle {
			continue
		}
		delete(s.callers, key)
		if c.address == "" {
			continue
		}
		if s.addresses[c.name]--; s.addresses[c.name] == 0 {
			delete(s.addresses, c.name)
		}
	}
	return len(s.callers) < usagePerShard
}
