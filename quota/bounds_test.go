package quota

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

func TestSharesAreForgottenOnlyWhenThatGivesNothingAway(t *testing.T) {
	m := newMeter(t, Limits{Rate: 10, Burst: 20, Concurrent: 5})
	names := namesInOneShard(m.Counter, sharesPerShard+1)
	busy, next, shard := names[0], names[sharesPerShard], &m.shards[0]
	m.acquire(busy, "")
	for _, name := range names[1:sharesPerShard] {
		if m.spend(name, 20) != 20 {
			t.Fatal("refused before there were too many")
		}
	}
	m.forward(time.Second)
	if _, wait := m.acquire(next, Callers); wait != retryBusy || len(shard.shares) != sharesPerShard {
		t.Errorf("wait %v, %d are counted", wait, len(shard.shares))
	}
	m.forward(time.Second - time.Nanosecond)
	m.acquire(next, Callers)
	m.forward(time.Nanosecond) // everybody's burst is full
	m.acquire(next, "")
	if _, ok := shard.shares[busy]; !ok || len(shard.shares) != 2 {
		t.Errorf("%d are left, the busy one: %v", len(shard.shares), ok)
	}
}

// A clock that steps back over midnight, and a flood that makes room: the day that
// was used up stays used up.
func TestAClockThatStepsBackGivesNoDayAgain(t *testing.T) {
	for _, step := range []time.Duration{time.Minute, 36 * time.Hour} {
		t.Run(step.String(), func(t *testing.T) {
			m := newMeter(t, Limits{Daily: 1})
			names := namesInOneShard(m.Counter, sharesPerShard+1)
			m.now = time.Date(2026, 6, 2, 0, 0, 30, 0, time.UTC)
			m.spend(names[0], 1)
			m.forward(-step)
			if _, wait := m.acquire(names[0], Daily); wait != 24*time.Hour-30*time.Second+step {
				t.Errorf("told to wait %v", wait)
			}
			m.limits = Limits{Rate: 1, Burst: 1}
			for _, name := range names[1:sharesPerShard] {
				m.spend(name, 1)
			}
			m.forward(time.Second)
			m.acquire(names[sharesPerShard], "")
			if n := m.count(); n != 2 {
				t.Fatalf("%d shares, the sweep left more than the one of that day", n)
			}
			m.forward(step)
			m.limits = Limits{Daily: 1}
			m.acquire(names[0], Daily)
		})
	}
}

// Whom there is no room for is told when there will be.
func TestTheWaitForRoomIsTheShortestOfAll(t *testing.T) {
	for name, tt := range map[string]struct {
		last Limits // of the one that is not limited by the day alone
		want time.Duration
	}{
		"a burst":  {Limits{Rate: 0.001, Burst: 1}, 1000 * time.Second},
		"midnight": {Limits{Daily: 1, Rate: 0.001, Burst: 1}, 12 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMeter(t, Limits{Daily: 1})
			names := namesInOneShard(m.Counter, sharesPerShard+1)
			next := names[sharesPerShard]
			for _, name := range names[:sharesPerShard-1] {
				m.spend(name, 1)
			}
			place, err := m.Acquire(names[sharesPerShard-1], tt.last)
			if err != nil {
				t.Fatal(err)
			}
			if _, wait := m.acquire(next, Callers); wait != tt.want {
				t.Errorf("told to wait %v, want %v", wait, tt.want)
			}
			m.forward(tt.want - time.Second)
			if _, wait := m.acquire(next, Callers); wait != retryBusy {
				t.Errorf("told to wait %v a second before", wait)
			}
			place.Release()
			m.forward(time.Second)
			m.acquire(next, "")
		})
	}
}

// A flood of payers costs one look at the shares in a second.
func TestRoomIsLookedForInVainOnceInASecond(t *testing.T) {
	m := newMeter(t, Limits{Daily: 1})
	names := namesInOneShard(m.Counter, sharesPerShard+2)
	for _, name := range names[:sharesPerShard] {
		m.spend(name, 1)
	}
	m.acquire(names[sharesPerShard], Callers)
	m.now = m.now.AddDate(0, 0, 1)
	m.shards[0].swept = m.now
	m.acquire(names[sharesPerShard], Callers)
	m.forward(retryBusy)
	m.acquire(names[sharesPerShard], "")
	m.acquire(names[sharesPerShard+1], "") // what is found is found for all
}

// A flood makes room many times over while one payer has a request in progress.
func TestAFloodDoesNotForgetWhoIsBusy(t *testing.T) {
	m := newMeter(t, Limits{Concurrent: 1})
	busy, _ := m.acquire(ann, "")
	for i := range 150_000 {
		m.spend(Payer{Name: fmt.Sprint("did:flood:", i)}, 1)
	}
	m.acquire(ann, Concurrent)
	busy.Release()
	m.acquire(ann, "")
}

// A flood of payers that each use their share: the bound holds, and the next day
// there is room again.
func TestMemoryIsBounded(t *testing.T) {
	m := newMeter(t, Limits{Daily: 10})
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	refused := 0
	for i := range 200_000 {
		refused += 1 - m.spend(Payer{Name: fmt.Sprint("did:flood:", i)}, 1)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if refused == 0 || m.count() > shardCount*sharesPerShard {
		t.Errorf("%d refused, %d are counted", refused, m.count())
	}
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 32<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
	m.now = m.now.AddDate(0, 0, 1)
	m.acquire(ann, "")
}

// From however many addresses a name is used, it fills 65 shares and no more, and
// those at other addresses keep theirs while it does.
func TestAddressesOfOneNameAreBounded(t *testing.T) {
	m := newMeter(t, Limits{Rate: 1, Burst: 1, Concurrent: 1})
	for i := range 1000 {
		place, err := m.Acquire(Payer{"a", fmt.Sprint(i)}, m.limits)
		if known := i <= addressesPerName; (err == nil) != known {
			t.Fatalf("address %d: %v", i, err)
		}
		place.Release()
	}
	m.acquire(Payer{"b", "0"}, "")
	if n := m.count(); n != addressesPerName+2 {
		t.Errorf("%d shares, want %d", n, addressesPerName+2)
	}
	m.forward(time.Minute)
	m.acquire(Payer{"a", "new"}, "") // all are idle
	for i := range m.shards {
		if n := m.shards[i].addresses["a"]; n > 1 {
			t.Errorf("%d addresses are counted", n)
		}
	}
}

// Further addresses share what is one address's, and room for one of their own is
// looked for in vain once in a second.
func TestFurtherAddressesHaveOneShareTogether(t *testing.T) {
	m := newMeter(t, Limits{Concurrent: 1})
	var places []*Place
	for i := range addressesPerName {
		place, _ := m.acquire(Payer{"a", fmt.Sprint(i)}, "")
		places = append(places, place)
	}
	further, _ := m.acquire(Payer{"a", "x"}, "")
	m.acquire(Payer{"a", "y"}, Concurrent)
	places[0].Release()
	again, _ := m.acquire(Payer{"a", "0"}, "")
	again.Release()
	m.acquire(Payer{"a", "y"}, Concurrent) // it was looked for a moment ago
	m.forward(retryBusy)
	m.acquire(Payer{"a", "y"}, "")
	further.Release()
	m.acquire(Payer{"a", "z"}, "")
}

// A time that was read before others were charged would set their clock back.
func TestTheClockIsReadWhileTheShareIsHeld(t *testing.T) {
	l := Limits{Rate: 1, Burst: 2}
	for name, payer := range map[string]Payer{"of a name": ann, "of a name at an address": {"did:a:ann", "192.0.2.1"}} {
		t.Run(name, func(t *testing.T) {
			var c *Counter
			read := 0
			c = NewCounter(func() time.Time {
				read++
				if s := c.shardOf(payer); s.mu.TryLock() {
					s.mu.Unlock()
					t.Error("the clock is read, and another request may be charged meanwhile")
				}
				return noon
			})
			if _, err := c.Acquire(payer, l); err != nil {
				t.Fatal(err)
			}
			if err := c.Exceeded(payer, l); err != nil || read != 2 {
				t.Errorf("%v, the clock was read %d times", err, read)
			}
		})
	}
}

func BenchmarkAcquire(b *testing.B) {
	c := NewCounter(time.Now)
	l := Limits{Rate: 1e9, Burst: 1 << 30, Concurrent: 256, Bytes: 64 << 20}
	b.ReportAllocs()
	for b.Loop() {
		place, err := c.Acquire(ann, l)
		if err != nil {
			b.Fatal(err)
		}
		place.Hold(4096)
		place.Release()
	}
}
