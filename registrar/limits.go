package registrar

import (
	"container/list"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rates are how many requests a minute are looked at, and as many at once.
type Rates struct {
	// Stranger is for one address, Strangers for all together, of requests in the
	// name of DIDs that are not known.
	Stranger, Strangers int
	// Known is for one DID from one address.
	Known int
}

func (r Rates) positive() bool { return r.Stranger > 0 && r.Strangers > 0 && r.Known > 0 }

// limits are looked at before any signature, so that whoever writes a DID into a
// header spends what belongs to that DID at the writer's own address.
type limits struct {
	known, strangers *buckets
	all              *rate.Limiter
}

func newLimits(r Rates) *limits {
	return &limits{known: newBuckets(r.Known), strangers: newBuckets(r.Stranger), all: newBucket(r.Strangers)}
}

// allow reports whether a request may go on.
func (l *limits) allow(d, address string, known bool, now time.Time) bool {
	if known {
		return l.known.allow(d+" "+address, now)
	}
	return l.strangers.allow(address, now) && l.all.AllowN(now, 1)
}

func newBucket(perMinute int) *rate.Limiter {
	return rate.NewLimiter(rate.Limit(float64(perMinute)/60), perMinute)
}

// maxBuckets bounds what is remembered; the bucket used longest ago goes first.
const maxBuckets = 10_000

// buckets are limits by key.
type buckets struct {
	perMinute int

	mu    sync.Mutex
	byKey map[string]*list.Element
	order *list.List // of *bucket, the one used last in front
}

type bucket struct {
	key string
	*rate.Limiter
}

func newBuckets(perMinute int) *buckets {
	return &buckets{perMinute: perMinute, byKey: make(map[string]*list.Element), order: list.New()}
}

func (b *buckets) allow(key string, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	e, ok := b.byKey[key]
	if !ok {
		e = b.order.PushFront(&bucket{key, newBucket(b.perMinute)})
		b.byKey[key] = e
		if b.order.Len() > maxBuckets {
			oldest := b.order.Back()
			delete(b.byKey, b.order.Remove(oldest).(*bucket).key)
		}
	}
	b.order.MoveToFront(e)
	return e.Value.(*bucket).AllowN(now, 1)
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
