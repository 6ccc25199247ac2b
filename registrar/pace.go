package registrar

import (
	"maps"
	"sync"
	"time"

	"github.com/getbindu/bindu-go/internal/refusal"
)

const (
	// unproved is how many requests of an address are looked at, until their signature is
	// verified, for each one that a stranger may make.
	unproved = 1000
	// longestPace is the longest that a request waits for its time.
	longestPace = turnWait
	// maxPaced is how many addresses are told apart that owe something.
	maxPaced = 4096
)

// pace is how often requests of one address are looked at of which nobody knows yet who
// sent them. Those that come too fast wait: were they refused, whoever has the address of
// an agent could use up what is the agent's.
type pace struct {
	every time.Duration // one request
	burst time.Duration // what an address may owe before it waits
	now   func() time.Time

	mu   sync.Mutex
	owes map[string]time.Time // until then
}

func newPace(perMinute int, now func() time.Time) *pace {
	return &pace{every: time.Minute / time.Duration(perMinute) / unproved, burst: time.Minute, now: now, owes: make(map[string]time.Time)}
}

// take charges a request to its address, and returns how long it has to wait. A refusal
// charges nothing.
func (p *pace) take(address string) (wait time.Duration, refused *Refusal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	address = p.named(address, now)
	until := p.owes[address]
	if until.Before(now) {
		until = now
	}
	until = until.Add(p.every)
	wait = max(0, until.Sub(now)-p.burst)
	if wait > longestPace {
		return 0, &Refusal{Word: refusal.RateLimited, RetryAfter: wait}
	}
	p.owes[address] = until
	return wait, nil
}

// give gives back what a request was charged that turned out to be who it says.
func (p *pace) give(address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	address = p.named(address, now)
	if until := p.owes[address].Add(-p.every); until.After(now) {
		p.owes[address] = until
		return
	}
	delete(p.owes, address)
}

// named is by what name an address is charged: further ones share what is one's.
func (p *pace) named(address string, now time.Time) string {
	if _, ok := p.owes[address]; ok || len(p.owes) < maxPaced {
		return address
	}
	maps.DeleteFunc(p.owes, func(_ string, until time.Time) bool { return !now.Before(until) })
	if len(p.owes) < maxPaced {
		return address
	}
	return ""
}

// paced waits until it is a request's time.
func (r *Registrar) paced(x *exchange) *Refusal {
	wait, refused := r.pace.take(x.address)
	if refused != nil {
		return refused
	}
	x.paced = true
	if wait == 0 {
		return nil
	}
	its := time.NewTimer(wait)
	defer its.Stop()
	select {
	case <-its.C:
		return nil
	case <-x.r.Context().Done():
		return refusalOf(x.r.Context().Err())
	}
}

// unpace gives back what a request was charged, once: it is its DID that pays for it.
func (r *Registrar) unpace(x *exchange) {
	if x.paced {
		x.paced = false
		r.pace.give(x.address)
	}
}
