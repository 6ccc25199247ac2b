package gate

import (
	"errors"
	"fmt"
	"hash/maphash"
	"math"
	"sync"
	"testing"
	"time"
)

// meter is a usage on a clock set by hand.
type meter struct {
	*usage
	t time.Time
}

func newMeter(l Limits) *meter {
	m := &meter{t: time.Unix(1_800_000_000, 0)}
	m.usage = newUsage(Sized(l), func() time.Time { return m.t })
	return m
}

func expectUse(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) || (err == nil) != (want == nil) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// spend acquires and releases up to n places, and returns how many it got.
func (m *meter) spend(name string, n int) (got int) {
	for range n {
		place, _, err := m.acquire(name, "")
		if err == nil {
			place.release()
			got++
		}
	}
	return got
}

func TestRateOfOneCaller(t *testing.T) {
	m := newMeter(Limits{Rate: 10, Burst: 30})
	if got := m.spend("a", 100); got != 30 {
		t.Errorf("a burst of %d, want 30", got)
	}
	if got := m.spend("b", 100); got != 30 {
		t.Errorf("another caller got %d, want 30", got)
	}
	m.t = m.t.Add(time.Second)
	if got := m.spend("a", 100); got != 10 {
		t.Errorf("%d after a second, want 10", got)
	}
	m.t = m.t.Add(time.Hour)
	if got := m.spend("a", 100); got != 30 {
		t.Errorf("%d after a pause, want 30", got)
	}
}

func TestRetryAfterIsWhenARequestPasses(t *testing.T) {
	for _, rate := range []float64{0.001, 0.5, 3, 1000} {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			m := newMeter(Limits{Rate: rate, Burst: 2})
			m.spend("a", 2)
			_, wait, err := m.acquire("a", "")
			expectUse(t, "exhausted", err, errRate)
			if want := time.Duration(float64(time.Second) / rate); math.Abs(float64(wait-want)) > float64(time.Microsecond) {
				t.Errorf("wait %v, want %v", wait, want)
			}
			// Asking again costs nothing and is told the same.
			if _, again, _ := m.acquire("a", ""); again != wait {
				t.Errorf("wait %v when asked again, want %v", again, wait)
			}
			m.t = m.t.Add(wait - 10*time.Microsecond)
			_, _, err = m.acquire("a", "")
			expectUse(t, "too early", err, errRate)
			m.t = m.t.Add(20 * time.Microsecond)
			_, _, err = m.acquire("a", "")
			expectUse(t, "as told", err, nil)
		})
	}
}

func TestInFlightOfOneCaller(t *testing.T) {
	m := newMeter(Limits{InFlight: 3})
	var places []*place
	for range 3 {
		place, _, err := m.acquire("a", "")
		expectUse(t, "within the limit", err, nil)
		places = append(places, place)
	}
	_, wait, err := m.acquire("a", "")
	expectUse(t, "one more", err, errInFlight)
	if wait != retryAfterBusy {
		t.Errorf("wait %v", wait)
	}
	_, _, err = m.acquire("b", "")
	expectUse(t, "another caller", err, nil)
	places[1].release()
	_, _, err = m.acquire("a", "")
	expectUse(t, "after a release", err, nil)
}

// Who is refused for too many in flight is not charged.
func TestBusyCallerKeepsItsRate(t *testing.T) {
	m := newMeter(Limits{InFlight: 1, Rate: 1, Burst: 2})
	place, _, err := m.acquire("a", "")
	expectUse(t, "first", err, nil)
	for range 10 {
		_, _, err = m.acquire("a", "")
		expectUse(t, "busy", err, errInFlight)
	}
	place.release()
	_, _, err = m.acquire("a", "")
	expectUse(t, "then", err, nil)
}

// namesInOneShard returns n names of which each competes with the others.
func namesInOneShard(m *meter, n int) (names []string) {
	for i := 0; len(names) < n; i++ {
		name := fmt.Sprint("caller-", i)
		if maphash.String(m.seed, name)%usageShards == 0 {
			names = append(names, name)
		}
	}
	return names
}

func TestCallersAreForgottenOnlyWhenThatGivesNothingAway(t *testing.T) {
	m := newMeter(Limits{Rate: 10, Burst: 20, InFlight: 5})
	names := namesInOneShard(m, usagePerShard+1)
	busy, next, shard := names[0], names[usagePerShard], &m.shards[0]
	for _, name := range names[:usagePerShard] {
		if m.spend(name, 1) != 1 {
			t.Fatal("refused before the shard was full")
		}
	}
	place, _, err := m.acquire(busy, "")
	expectUse(t, "the busy one", err, nil)
	defer place.release()

	_, _, err = m.acquire(next, "")
	expectUse(t, "one caller too many", err, errTooMany)
	m.t = m.t.Add(m.idleAfter())
	_, wait, err := m.acquire(next, "")
	expectUse(t, "nobody's bucket is full for long", err, errTooMany)
	if wait != retryAfterBusy || len(shard.callers) != usagePerShard {
		t.Errorf("wait %v, %d callers are remembered", wait, len(shard.callers))
	}
	m.t = m.t.Add(time.Nanosecond)
	_, _, err = m.acquire(next, "")
	expectUse(t, "everybody's bucket is full", err, nil)
	if _, ok := shard.callers[busy+" "]; !ok || len(shard.callers) != 2 {
		t.Errorf("%d callers are left, the busy one: %v", len(shard.callers), ok)
	}
}

// However callers come and go, nobody exceeds its rate and nothing is left in flight.
func TestUsageConcurrently(t *testing.T) {
	u := newUsage(Sized(Limits{InFlight: 4, Rate: 1e-9, Burst: 100}), time.Now)
	var wg sync.WaitGroup
	var mu sync.Mutex
	got := map[string]int{}
	for w := range 16 {
		wg.Go(func() {
			name := fmt.Sprint(w % 3)
			for range 500 {
				if place, _, err := u.acquire(name, ""); err == nil {
					mu.Lock()
					got[name]++
					mu.Unlock()
					place.release()
				}
			}
		})
	}
	wg.Wait()
	for name, n := range got {
		if n != 100 {
			t.Errorf("caller %s got %d, want 100", name, n)
		}
	}
	for i := range u.shards {
		for name, c := range u.shards[i].callers {
			if c.inFlight != 0 {
				t.Errorf("caller %s has %d in flight", name, c.inFlight)
			}
		}
	}
}
