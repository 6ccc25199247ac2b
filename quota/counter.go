package quota

import (
	"hash/maphash"
	"math"
	"sync"
	"time"
)

const (
	shardCount = 64
	// sharesPerShard bounds the shares counted at once: 64 × 1024.
	sharesPerShard = 1024
	// addressesPerName bounds the addresses of one name that are told apart.
	addressesPerName = 64
	// retryBusy is what a payer is asked to wait for a free place.
	retryBusy = time.Second
)

// Payer is who is charged: a caller by its name or, while somebody else may be
// using that name, the name at one address.
type Payer struct {
	Name    string
	Address string // "" where the name alone pays
}

// Counter counts what payers use. It is safe for concurrent use.
type Counter struct {
	now    func() time.Time
	seed   maphash.Seed
	shards [shardCount]shard
}

type shard struct {
	mu     sync.Mutex
	shares map[Payer]*share
	// addresses counts the shares of one name at its addresses.
	addresses map[string]int
	swept     time.Time // when room was last looked for in vain
	roomAt    time.Time // when there may be some, as seen then
}

// NewCounter returns one that goes by the given clock.
func NewCounter(now func() time.Time) *Counter {
	c := &Counter{now: now, seed: maphash.MakeSeed()}
	for i := range c.shards {
		c.shards[i].shares = make(map[Payer]*share)
		c.shards[i].addresses = make(map[string]int)
	}
	return c
}

// Acquire charges one request to the payer and returns its place among those in
// progress, nil if nothing limits it. The error is an [*Error], and then nothing
// was charged.
//
// The clock is read while the share is held: of requests that are judged together
// none may bring an earlier time, such as that of its beginning, which would set
// the share's clock back and so refill its rate.
func (c *Counter) Acquire(p Payer, l Limits) (*Place, error) {
	if l == (Limits{}) {
		return nil, nil
	}
	s := c.shardOf(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := c.now()
	used := s.find(p, now)
	if used == nil {
		return nil, &Error{Limit: Callers, RetryAfter: max(retryBusy, s.roomAt.Sub(now))}
	}
	if err := used.charge(l, now); err != nil {
		return nil, err
	}
	return &Place{shard: s, share: used}, nil
}

// Exceeded returns the [*Error] that Acquire would, and charges nothing.
func (c *Counter) Exceeded(p Payer, l Limits) error {
	if l == (Limits{}) {
		return nil
	}
	s := c.shardOf(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	used := s.shares[p]
	if used == nil {
		return nil
	}
	now := c.now()
	used.adopt(l, now)
	return used.exceeded(now)
}

func (c *Counter) shardOf(p Payer) *shard {
	return &c.shards[maphash.String(c.seed, p.Name)%shardCount]
}

// find returns the share, a new one if need be, nil if there is no room. Beyond
// addressesPerName the further addresses of a name have one share together, so
// that one token cannot fill the memory. mu is held.
func (s *shard) find(p Payer, now time.Time) *share {
	if used, ok := s.shares[p]; ok {
		return used
	}
	known := func() bool { return p.Address == "" || s.addresses[p.Name] < addressesPerName }
	if !known() && !s.sweep(now, known) {
		return s.find(Payer{Name: p.Name}, now)
	}
	room := func() bool { return len(s.shares) < sharesPerShard }
	if !room() && !s.sweep(now, room) {
		return nil
	}
	used := &share{}
	s.shares[p] = used
	if p.Address != "" {
		s.addresses[p.Name]++
	}
	return used
}

// sweep forgets shares that may be forgotten and reports whether that made room.
// In vain it is tried once in retryBusy, so that a flood of payers does not cost a
// sweep each. mu is held.
func (s *shard) sweep(now time.Time, room func() bool) bool {
	if now.Sub(s.swept).Abs() < retryBusy {
		return false
	}
	soonest := time.Duration(math.MaxInt64)
	for p, used := range s.shares {
		if used.forgettable(now) {
			s.forget(p)
			continue
		}
		soonest = min(soonest, used.worthNewIn(now))
	}
	if room() {
		return true
	}
	s.swept, s.roomAt = now, now.Add(soonest)
	return false
}

func (s *shard) forget(p Payer) {
	delete(s.shares, p)
	if p.Address == "" {
		return
	}
	if s.addresses[p.Name]--; s.addresses[p.Name] == 0 {
		delete(s.addresses, p.Name)
	}
}
