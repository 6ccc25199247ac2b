package refresh

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var errBusy = errors.New("busy")

// door counts who is let in and who has left.
type door struct {
	asked, held atomic.Int64
	most        int64 // places; 0 is without end
}

func (d *door) admit(context.Context) (func(), error) {
	d.asked.Add(1)
	if d.most > 0 && d.held.Load() >= d.most {
		return nil, errBusy
	}
	d.held.Add(1)
	return func() { d.held.Add(-1) }, nil
}

// TestWhoJoinsIsNotAskedAbout: of many first uses of a key one takes a place, and
// those who come while it is being loaded need none.
func TestWhoJoinsIsNotAskedAbout(t *testing.T) {
	d := &door{most: 1}
	inBubble(t, func(cfg *Config[int, string, int]) { cfg.Admit = d.admit }, func(t *testing.T, c *Cache[int, string, int], a *authority) {
		a.takes = time.Second
		var group sync.WaitGroup
		group.Go(func() { want(t, c, 1) })
		synctest.Wait()
		for range 100 {
			group.Go(func() { want(t, c, 1) })
		}
		synctest.Wait()
		if _, err := c.Get(t.Context(), 2, ""); !errors.Is(err, errBusy) {
			t.Errorf("another key: %v, want busy", err)
		}
		group.Wait()
		if d.asked.Load() != 2 || d.held.Load() != 0 || a.asked.Load() != 1 {
			t.Errorf("asked about %d, %d inside; the authority was asked %d times", d.asked.Load(), d.held.Load(), a.asked.Load())
		}
		time.Sleep(40 * time.Second)
		want(t, c, 1) // due
		synctest.Wait()
		if d.asked.Load() != 2 {
			t.Error("asked about a renewal")
		}
	})
}

// TestAPlaceIsHeldUntilTheLoadIsOver, whether its caller waits or not, and
// whatever comes of it.
func TestAPlaceIsHeldUntilTheLoadIsOver(t *testing.T) {
	for name, fails := range map[string]error{"a value": nil, "an error": errGone} {
		d := &door{}
		inBubble(t, func(cfg *Config[int, string, int]) { cfg.Admit = d.admit }, func(t *testing.T, c *Cache[int, string, int], a *authority) {
			a.takes, a.err = time.Second, fails
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			_, _ = c.Get(ctx, 1, "")
			if d.held.Load() != 1 {
				t.Errorf("%s: %d inside while it is being loaded", name, d.held.Load())
			}
			time.Sleep(time.Second)
			if d.held.Load() != 0 {
				t.Errorf("%s: %d inside", name, d.held.Load())
			}
			c.Close()
			if _, err := c.Get(t.Context(), 2, ""); err == nil || d.held.Load() != 0 {
				t.Errorf("%s: after Close %v, %d inside", name, err, d.held.Load())
			}
		})
	}
}

// TestWhoJoinsGivesItsPlaceBack: of those who were let in before any of them had
// begun, one loads, and the others hold nothing meanwhile.
func TestWhoJoinsGivesItsPlaceBack(t *testing.T) {
	const crowd = 100
	d := &door{}
	var inside chan struct{}
	inBubble(t, func(cfg *Config[int, string, int]) {
		inside = make(chan struct{})
		cfg.Admit = func(ctx context.Context) (func(), error) {
			leave, err := d.admit(ctx)
			<-inside
			return leave, err
		}
	}, func(t *testing.T, c *Cache[int, string, int], a *authority) {
		a.takes = time.Second
		var group sync.WaitGroup
		for range crowd {
			group.Go(func() { want(t, c, 1) })
		}
		synctest.Wait()
		if d.held.Load() != crowd {
			t.Errorf("%d inside before the load, want %d", d.held.Load(), crowd)
		}
		close(inside)
		synctest.Wait()
		if d.held.Load() != 1 {
			t.Errorf("%d inside while it is being loaded, want 1", d.held.Load())
		}
		group.Wait()
		if d.held.Load() != 0 || a.asked.Load() != 1 {
			t.Errorf("%d inside; asked %d times", d.held.Load(), a.asked.Load())
		}
	})
}

// TestWhoIsLetInAfterTheLandingLeavesAtOnce: it takes what landed while it was
// being let in, and holds no place for that.
func TestWhoIsLetInAfterTheLandingLeavesAtOnce(t *testing.T) {
	d := &door{}
	var c *Cache[int, string, int]
	inBubble(t, func(cfg *Config[int, string, int]) {
		cfg.Admit = func(ctx context.Context) (func(), error) {
			if _, err := c.Load(ctx, 1, ""); err != nil {
				t.Error(err)
			}
			return d.admit(ctx)
		}
	}, func(t *testing.T, given *Cache[int, string, int], a *authority) {
		c = given
		want(t, c, 1)
		if d.asked.Load() != 1 || d.held.Load() != 0 || a.asked.Load() != 1 {
			t.Errorf("let in %d, %d inside; asked %d times, want 1, 0 and 1", d.asked.Load(), d.held.Load(), a.asked.Load())
		}
	})
}

// TestManyAtOnceGetOneAnswerEach, with and without the detector of races.
func TestManyAtOnceGetOneAnswerEach(t *testing.T) {
	d := &door{}
	a := &lockedAuthority{}
	c := New(Config[int, string, int]{Load: a.load, Name: func(k int) string { return string(rune('a' + k)) },
		Now: time.Now, Size: 100, Pause: time.Second, Admit: d.admit})
	defer c.Close()
	var group sync.WaitGroup
	for i := range 200 {
		group.Go(func() {
			for n := range 50 {
				if v, err := c.Get(t.Context(), (i+n)%7, ""); v == 0 && err == nil {
					t.Error("no value and no error")
				}
			}
		})
	}
	group.Wait()
	if d.held.Load() != 0 {
		t.Errorf("%d still inside", d.held.Load())
	}
}

// lockedAuthority forgets soon and fails now and then, so that loads begin
// and end all the time.
type lockedAuthority struct {
	mu sync.Mutex
	n  int
}

func (a *lockedAuthority) load(context.Context, int, string) (Answer[int], error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.n++; a.n%3 == 0 {
		return Answer[int]{}, errGone
	}
	return Answer[int]{Value: a.n, Expire: time.Now().Add(time.Millisecond)}, nil
}
