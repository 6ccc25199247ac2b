package quota

import (
	"errors"
	"fmt"
	"hash/maphash"
	"testing"
	"time"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// meter is a counter with the same limits for all, on a clock set by hand.
type meter struct {
	*Counter
	t      *testing.T
	limits Limits
	now    time.Time
}

func newMeter(t *testing.T, l Limits) *meter {
	m := &meter{t: t, limits: l, now: noon}
	m.Counter = NewCounter(func() time.Time { return m.now })
	return m
}

func (m *meter) forward(d time.Duration) { m.now = m.now.Add(d) }

// acquire wants a place, or the refusal by the given limit.
func (m *meter) acquire(p Payer, want Limit) (*Place, time.Duration) {
	m.t.Helper()
	place, err := m.Acquire(p, m.limits)
	if want == "" {
		if err != nil || place == nil {
			m.t.Fatalf("%v at %v: %v, %v", p, m.now, place, err)
		}
		return place, 0
	}
	return nil, m.refusal(place, err, want)
}

func (m *meter) refusal(place *Place, err error, want Limit) time.Duration {
	m.t.Helper()
	exceeded, ok := errors.AsType[*Error](err)
	if !ok || !errors.Is(err, ErrExceeded) || exceeded.Limit != want || place != nil {
		m.t.Fatalf("at %v: %v, %v, want the limit %s", m.now, place, err, want)
	}
	return exceeded.RetryAfter
}

// spend acquires and releases up to n places, and returns how many it got.
func (m *meter) spend(p Payer, n int) (got int) {
	for range n {
		if place, err := m.Acquire(p, m.limits); err == nil {
			place.Release()
			got++
		}
	}
	return got
}

// shares are how many are counted.
func (c *Counter) count() (n int) {
	for i := range c.shards {
		n += len(c.shards[i].shares)
	}
	return n
}

func (c *Counter) index(name string) uint64 { return maphash.String(c.seed, name) % shardCount }

// namesInOneShard returns n names of which each competes with the others.
func namesInOneShard(c *Counter, n int) (names []Payer) {
	for i := 0; len(names) < n; i++ {
		if name := fmt.Sprint("caller-", i); c.index(name) == 0 {
			names = append(names, Payer{Name: name})
		}
	}
	return names
}

var (
	ann = Payer{Name: "did:a:ann"}
	bob = Payer{Name: "did:a:bob"}
)
