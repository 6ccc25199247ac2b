package registrar

import (
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/getbindu/bindu-go/internal/refusal"
	"github.com/getbindu/bindu-go/quota"
)

// Rates are how many requests a minute are looked at, and as many at once.
type Rates struct {
	// Stranger is for one address, of requests that do not prove a key of the DID that
	// they name, be it known or not. A thousand times as many are looked at, and more wait.
	// Strangers is for all such addresses together, of registrations whose signature
	// was verified and that bring no enrolment token that would be taken.
	Stranger, Strangers int
	// Known is for changes that one DID asks for, Questions for what changes nothing, from
	// all addresses together, when it has proved its key: a question costs the database a
	// commit, and a registration the authorization server a write. An agent of the reference
	// has as many again at each address.
	Known, Questions int
}

func (r Rates) positive() bool {
	return r.Stranger > 0 && r.Strangers > 0 && r.Known > 0 && r.Questions > 0
}

// limits are what strangers have, and what DIDs have that have proved their key or, at an
// address, by a token that they are known by.
type limits struct {
	rates                       Rates
	known, questions, strangers *quota.Counter
	// proved counts the questions of DIDs over all addresses, changed the changes.
	proved, changed *quota.Counter
}

// everyStranger pays for all strangers together; no address is called so.
const everyStranger = "strangers"

func newLimits(r Rates, now func() time.Time) *limits {
	return &limits{
		rates: r, known: quota.NewCounter(now), questions: quota.NewCounter(now), strangers: quota.NewCounter(now), proved: quota.NewCounter(now),
		changed: quota.NewCounter(now),
	}
}

// admit takes a request of an agent of the reference from what its address may ask in the
// name of a DID. A refusal says when the next one would be taken.
func (l *limits) admit(d, address string, known, question bool) *Refusal {
	// One name: of a name's addresses a counter tells only so many apart, and whoever
	// has more would leave none to the DID's own.
	payer := quota.Payer{Name: d + " " + address}
	switch {
	case known && question:
		return spend(l.questions, payer, l.rates.Questions)
	case known:
		return spend(l.known, payer, l.rates.Known)
	}
	return l.stranger(address)
}

// stranger takes a request that proves nothing from what its address may ask.
func (l *limits) stranger(address string) *Refusal {
	return spend(l.strangers, quota.Payer{Name: address}, l.rates.Stranger)
}

// together takes one more stranger for whom nobody vouches from what all may ask.
func (l *limits) together() *Refusal {
	return spend(l.strangers, quota.Payer{Name: everyStranger}, l.rates.Strangers)
}

// ask gives a question of a DID that has proved its key a place among those in progress,
// of which there are at most so many.
func (l *limits) ask(d string, concurrent int) (*quota.Place, *Refusal) {
	return acquire(l.proved, quota.Payer{Name: d}, l.rates.Questions, concurrent)
}

// change takes a change of a DID that has proved its key from what that may change.
func (l *limits) change(d string) *Refusal {
	return spend(l.changed, quota.Payer{Name: d}, l.rates.Known)
}

// spend takes one request from what a payer may ask in a minute.
func spend(c *quota.Counter, payer quota.Payer, perMinute int) *Refusal {
	place, refused := acquire(c, payer, perMinute, 0)
	place.Release()
	return refused
}

func acquire(c *quota.Counter, payer quota.Payer, perMinute, concurrent int) (*quota.Place, *Refusal) {
	place, err := c.Acquire(payer, quota.Limits{
		Rate: float64(perMinute) / 60, Burst: perMinute, Concurrent: concurrent,
	})
	if exceeded, ok := errors.AsType[*quota.Error](err); ok {
		return nil, &Refusal{Word: refusal.RateLimited, RetryAfter: exceeded.RetryAfter, Cause: err}
	}
	return place, nil
}

// addressOf is where a connection comes from: an IPv4 address, or the half of an
// IPv6 address that names a network, since one machine has all of the other half.
func addressOf(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	network, _ := ip.Prefix(64) // 64 bits are never too many
	return network.String()
}
