package replay

import (
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
)

func TestAKeyIsUsedOnce(t *testing.T) {
	c := newClock()
	m := NewMemory(c.now, 0, 1_000_000)
	a, b := name(t, "a"), name(t, "b")
	ctx := t.Context()
	expect(t, "first", m.Use(ctx, a, "k", c.expiry()), nil)
	expect(t, "again", m.Use(ctx, a, "k", c.expiry()), gate.ErrReplayed)
	expect(t, "again, signed at another time", m.Use(ctx, a, "k", c.expiry().Add(200*time.Second)), gate.ErrReplayed)
	expect(t, "another key", m.Use(ctx, a, "l", c.expiry()), nil)
	expect(t, "another owner", m.Use(ctx, b, "k", c.expiry()), nil)
}

// Looking whether a key was used does not use it, and a used one is known as long
// as Use knows it.
func TestLookingUsesNothing(t *testing.T) {
	dir, c := newDir(t, nil), newClock()
	for kind, s := range map[string]gate.UsedStore{
		"memory": NewMemory(c.now, 0, 1_000_000), "store": open(t, dir, Config{Now: c.now, BootID: "one"}),
	} {
		a := name(t, "a")
		looks := func(when, key string, owner did.DID, want bool) {
			t.Helper()
			if got := s.Used(t.Context(), owner, key); got != want {
				t.Errorf("%s, %s: %v", kind, when, got)
			}
		}
		looks("before", "k", a, false)
		looks("before, again", "k", a, false)
		expect(t, kind, s.Use(t.Context(), a, "k", c.expiry()), nil)
		looks("after", "k", a, true)
		looks("another key", "l", a, false)
		looks("another owner", "k", name(t, "b"), false)
		expect(t, kind, s.Use(t.Context(), a, "l", c.expiry()), nil)
	}
}

// An entry must be held for every moment at which its request could be
// admitted, and be gone soon after.
func TestAKeyIsHeldUntilItExpires(t *testing.T) {
	for _, ahead := range []time.Duration{-window, -17 * time.Second, 0, 13 * time.Second, window} {
		t.Run(ahead.String(), func(t *testing.T) {
			c := newClock()
			m := NewMemory(c.now, 0, 1_000_000)
			a, expires := name(t, "a"), expiryOf(c.now().Add(ahead))
			expect(t, "first", m.Use(t.Context(), a, "k", expires), nil)
			for c.step(time.Second); c.now().Before(expires); c.step(time.Second) {
				expect(t, c.now().Sub(expires).String(), m.Use(t.Context(), a, "k", expires), gate.ErrReplayed)
			}
			for range slotSeconds {
				expect(t, c.now().Sub(expires).String(), m.Use(t.Context(), a, "k", expires), gate.ErrStale)
				c.step(time.Second)
			}
			if held := m.set.room.held.Load(); held != 0 {
				t.Errorf("%d keys held after their expiry", held)
			}
		})
	}
}

// A request whose body took long may come here after its window closed; its
// original may be forgotten by then.
func TestWhatExpiredIsNotAdmitted(t *testing.T) {
	c := newClock()
	m := NewMemory(c.now, 0, 1_000_000)
	for _, ago := range []time.Duration{0, time.Second, time.Hour} {
		expect(t, ago.String(), m.Use(t.Context(), name(t, "a"), "k", c.now().Add(-ago)), gate.ErrStale)
	}
	if held := m.set.room.held.Load(); held != 0 {
		t.Errorf("%d keys held", held)
	}
}

func TestClockSetBack(t *testing.T) {
	tests := map[string]struct{ forth, back time.Duration }{
		"a minute":                {0, time.Minute},
		"after an hour":           {time.Hour, time.Hour},
		"a day ahead for a while": {24 * time.Hour, 24 * time.Hour},
	}
	for what, tt := range tests {
		t.Run(what, func(t *testing.T) {
			c := newClock()
			m := NewMemory(c.now, 0, 1_000_000)
			a, expires := name(t, "a"), c.expiry()
			expect(t, "first", m.Use(t.Context(), a, "k", expires), nil)
			c.step(tt.forth)
			expect(t, "while ahead", m.Use(t.Context(), a, "other", c.expiry()), nil)
			c.step(-tt.back)
			err := m.Use(t.Context(), a, "k", expires)
			if tt.forth == 0 {
				expect(t, "set back", err, gate.ErrReplayed)
			} else {
				expectRecovering(t, "set back", err)
			}
			// The wrong time must not shut out the right one for long.
			c.step(window + slotSeconds*time.Second)
			expect(t, "later", m.Use(t.Context(), a, "l", c.expiry()), nil)
		})
	}
}

func TestOneOfAHundredCopiesIsAdmitted(t *testing.T) {
	c := newClock()
	stores := map[string]gate.ReplayStore{
		"memory": NewMemory(c.now, 0, 1_000_000),
		"store":  open(t, newDir(t, nil), Config{Now: c.now}),
	}
	for what, s := range stores {
		t.Run(what, func(t *testing.T) {
			for round := range 20 {
				const copies = 100
				results := make(chan error, copies)
				var start sync.WaitGroup
				start.Add(1)
				for range copies {
					go func() {
						start.Wait()
						results <- s.Use(t.Context(), name(t, "a"), fmt.Sprint(round), c.expiry())
					}()
				}
				start.Done()
				admitted := 0
				for range copies {
					if err := <-results; err == nil {
						admitted++
					} else {
						expect(t, "copy", err, gate.ErrReplayed)
					}
				}
				if admitted != 1 {
					t.Fatalf("%d admitted", admitted)
				}
			}
		})
	}
}

func TestQuotas(t *testing.T) {
	t.Run("per owner", func(t *testing.T) {
		c := newClock()
		m := NewMemory(c.now, 10, 1000)
		if n := fill(m, name(t, "a"), 50, c.expiry()); n != 10 {
			t.Errorf("%d admitted, want 10", n)
		}
		expect(t, "a replay beyond the quota", m.Use(t.Context(), name(t, "a"), "key-0", c.expiry()), gate.ErrReplayed)
		if n := fill(m, name(t, "b"), 5, c.expiry()); n != 5 {
			t.Errorf("%d of another owner admitted, want 5", n)
		}
	})
	t.Run("greedy owners leave most of it", func(t *testing.T) {
		c := newClock()
		m := NewMemory(c.now, 0, 1200)
		if n := fill(m, name(t, "a"), 1200, c.expiry()); n != 360 {
			t.Errorf("the first got %d, want 360", n)
		}
		if n := fill(m, name(t, "b"), 1200, c.expiry()); n < 170 || n > 180 {
			t.Errorf("the second got %d, want about 177", n)
		}
		if n := fill(m, name(t, "c"), 100, c.expiry()); n != 100 {
			t.Errorf("a modest one got %d, want 100", n)
		}
	})
	t.Run("expiry gives the quota back, whoever comes then", func(t *testing.T) {
		c := newClock()
		m := NewMemory(c.now, 0, 100)
		fill(m, name(t, "a"), 100, c.expiry())
		fill(m, name(t, "b"), 100, c.expiry())
		c.step(window + (slotSeconds+1)*time.Second)
		if n := fill(m, name(t, "c"), 100, c.expiry()); n != 30 {
			t.Errorf("%d admitted after expiry, want 30", n)
		}
		if held := m.set.room.held.Load(); held != 30 {
			t.Errorf("%d held, want 30", held)
		}
	})
	t.Run("what was undone does not count", func(t *testing.T) {
		c := newClock()
		s := newSet(2, 10)
		for i := range 20 {
			e := entry{owner: 7, key: fingerprint{byte(i)}, expires: c.expiry().Unix()}
			expect(t, "use", s.use(e, c.now()), nil)
			s.undo(e)
			s.undo(e) // twice is once
		}
		s.undo(entry{owner: 9, expires: 1})
		if held := s.room.held.Load(); held != 0 {
			t.Errorf("%d held", held)
		}
	})
}

// maxHeap is what a million keys may cost, wherever they come from.
const maxHeap = 128 << 20

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// A million owners are what costs most.
func TestHostile083AMillionOwners(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	before := heap()
	s := newSet(0, defaultTotal)
	for i := range 1_000_000 {
		e := entry{owner: ownerID(i), key: fingerprint{byte(i), byte(i >> 8), byte(i >> 16)}, expires: now.Unix() + 1 + int64(i%150)}
		if err := s.use(e, now); err != nil {
			t.Fatal(i, err)
		}
	}
	expect(t, "one more", s.use(entry{key: fingerprint{15: 1}, expires: now.Unix() + 1}, now), gate.ErrQuota)
	grown := heap() - before
	t.Logf("%d keys take %.1f MiB", s.room.held.Load(), float64(grown)/(1<<20))
	if grown > maxHeap {
		t.Errorf("heap grew by %d bytes", grown)
	}
	s.sweep(now.Add(700 * time.Second))
	if left := heap() - before; left > 1<<20 || s.room.held.Load() != 0 {
		t.Errorf("after expiry %d bytes and %d keys are left", left, s.room.held.Load())
	}
	runtime.KeepAlive(s)
}

func TestHostile083FloodOfOneCaller(t *testing.T) {
	dir, c := newDir(t, nil), newClock()
	before := heap()
	s := open(t, dir, Config{Now: c.now})
	flooder, honest := name(t, "flooder"), name(t, "honest")
	var passed, refused int
	for i := range 1_000_000 {
		switch err := s.Use(t.Context(), flooder, strconv.Itoa(i), c.expiry()); {
		case err == nil:
			passed++
		case errors.Is(err, gate.ErrQuota):
			refused++
		default:
			t.Fatal(err)
		}
		if i%100 == 0 {
			expect(t, "an honest caller", s.Use(t.Context(), honest, strconv.Itoa(i), c.expiry()), nil)
		}
	}
	grown := heap() - before
	t.Logf("%d of the flood were admitted, %d refused; heap grew by %.1f MiB", passed, refused, float64(grown)/(1<<20))
	if most := defaultTotal * ownerPercent / 100; passed > most || passed < most-most/50 || refused != 1_000_000-passed {
		t.Error("the flood was not bounded")
	}
	if grown > maxHeap {
		t.Errorf("heap grew by %d bytes", grown)
	}
	s.crash()
	read := time.Now()
	s = open(t, dir, Config{Now: c.now})
	t.Logf("a restart reads %d keys in %v", s.set.room.held.Load(), time.Since(read))
	expect(t, "the flood after a restart", s.Use(t.Context(), flooder, "0", c.expiry()), gate.ErrReplayed)
	expect(t, "the flood after a restart", s.Use(t.Context(), flooder, "new", c.expiry()), gate.ErrQuota)
	expect(t, "an honest caller after a restart", s.Use(t.Context(), honest, "new", c.expiry()), nil)
	if grown := heap() - before; grown > maxHeap {
		t.Errorf("heap grew by %d bytes", grown)
	}
}
