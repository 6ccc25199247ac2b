package refresh

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/oauth"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errGone = errors.New("gone")

// authority counts what it is asked, and answers with the count.
type authority struct {
	asked atomic.Int64
	takes time.Duration
	err   error
	life  time.Duration
}

func (a *authority) load(ctx context.Context, _ int, _ string) (Answer[int], error) {
	asked := time.Now()
	number, err := int(a.asked.Add(1)), a.err
	select {
	case <-time.After(a.takes):
	case <-ctx.Done():
		return Answer[int]{}, oauth.ErrUnavailable
	}
	return Answer[int]{Value: number, Refresh: asked.Add(a.life / 2), Expire: asked.Add(a.life)}, err
}

// inBubble runs f with a cache of a minute's life over an authority.
func inBubble(t *testing.T, change func(*Config[int, string, int]), f func(*testing.T, *Cache[int, string, int], *authority)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a := &authority{life: time.Minute}
		cfg := Config[int, string, int]{Load: a.load, Name: strconv.Itoa, Now: time.Now, Size: 100, Pause: time.Second}
		if change != nil {
			change(&cfg)
		}
		c := New(cfg)
		defer c.Close()
		f(t, c, a)
	})
}

func want(t *testing.T, c *Cache[int, string, int], value int) {
	t.Helper()
	if v, err := c.Get(t.Context(), 1, ""); v != value || err != nil {
		t.Errorf("%d, %v; want %d", v, err, value)
	}
}

func TestValueInUseIsReplacedAhead(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, c *Cache[int, string, int], a *authority) {
		a.takes = time.Second
		want(t, c, 1)
		time.Sleep(28 * time.Second)
		want(t, c, 1)
		if a.asked.Load() != 1 {
			t.Errorf("asked %d times before it was due", a.asked.Load())
		}
		time.Sleep(time.Second)
		began := time.Now()
		for range 10 {
			want(t, c, 1) // due, and still handed out
		}
		if time.Since(began) != 0 {
			t.Error("a caller waited for a replacement")
		}
		time.Sleep(2 * time.Second)
		want(t, c, 2)
		time.Sleep(time.Minute)
		want(t, c, 3) // not used in time: waited for
	})
}

// TestFailedRefresh: after an error that says nothing the value goes on to its
// end and is asked for once in a pause; after one that says that it is gone it ends.
func TestFailedRefresh(t *testing.T) {
	for _, uncertain := range []error{oauth.ErrUnavailable, oauth.ErrInvalidResponse} {
		inBubble(t, nil, func(t *testing.T, c *Cache[int, string, int], a *authority) {
			want(t, c, 1)
			a.err = uncertain
			for range 300 {
				time.Sleep(100 * time.Millisecond)
			}
			for range 100 {
				want(t, c, 1)
				time.Sleep(100 * time.Millisecond)
			}
			if a.asked.Load() < 8 || a.asked.Load() > 12 {
				t.Errorf("asked %d times in ten seconds, want once in a second", a.asked.Load())
			}
			time.Sleep(20 * time.Second)
			if _, err := c.Get(t.Context(), 1, ""); !errors.Is(err, uncertain) {
				t.Errorf("after its end: %v", err)
			}
			if v, ok := c.Last(1); v != 1 || !ok {
				t.Errorf("last: %d %v", v, ok)
			}
		})
	}
	for final, end := range map[bool]error{true: errGone, false: nil} {
		inBubble(t, func(cfg *Config[int, string, int]) {
			if !final {
				cfg.Final = func(error) bool { return false }
			}
		}, func(t *testing.T, c *Cache[int, string, int], a *authority) {
			want(t, c, 1)
			a.err = errGone
			time.Sleep(31 * time.Second)
			want(t, c, 1)
			synctest.Wait()
			if _, err := c.Get(t.Context(), 1, ""); !errors.Is(err, end) {
				t.Errorf("final %v: %v, want %v", final, err, end)
			}
		})
	}
}

// TestFetchLooksAgain: between a caller's look and its fetch, another caller's
// load may have landed.
func TestFetchLooksAgain(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, c *Cache[int, string, int], a *authority) {
		for range 2 {
			if v, err := c.Fetch(t.Context(), 1, ""); v != 1 || err != nil {
				t.Errorf("%d %v, want the first value", v, err)
			}
		}
	})
}

func TestOneLoadForAllWhoWait(t *testing.T) {
	for name, fails := range map[string]error{"a value": nil, "an error": errGone} {
		inBubble(t, nil, func(t *testing.T, c *Cache[int, string, int], a *authority) {
			a.takes, a.err = time.Second, fails
			var group sync.WaitGroup
			for range 100 {
				group.Go(func() {
					if _, err := c.Get(t.Context(), 1, ""); !errors.Is(err, fails) {
						t.Errorf("%s: %v", name, err)
					}
				})
			}
			group.Wait()
			if a.asked.Load() != 1 {
				t.Errorf("%s: asked %d times, want once", name, a.asked.Load())
			}
		})
	}
}

func TestWhoLeavesDoesNotEndTheLoad(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, c *Cache[int, string, int], a *authority) {
		a.takes = time.Second
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := c.Get(ctx, 1, ""); !errors.Is(err, oauth.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, want ErrUnavailable and why", err)
		}
		time.Sleep(time.Second)
		if v, ok := c.Use(1, ""); v != 1 || !ok {
			t.Errorf("%d %v, want what was loaded for who left", v, ok)
		}
	})
}

// TestBackgroundLoadsAreBounded: with every slot taken, a refresh is put off, and
// the value is handed out meanwhile.
func TestBackgroundLoadsAreBounded(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, c *Cache[int, string, int], a *authority) {
		for key := range backgroundLoads + 1 {
			if _, err := c.Get(t.Context(), key, ""); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(40 * time.Second)
		a.takes = 5 * time.Second
		a.asked.Store(0)
		use := func() {
			for key := range backgroundLoads + 1 {
				if _, ok := c.Use(key, ""); !ok {
					t.Errorf("key %d is not handed out", key)
				}
			}
			synctest.Wait()
		}
		use()
		use() // the one without a slot has to wait its pause
		if a.asked.Load() != backgroundLoads {
			t.Errorf("%d loads at a time, want %d", a.asked.Load(), backgroundLoads)
		}
		time.Sleep(6 * time.Second)
		use()
		if a.asked.Load() != backgroundLoads+1 {
			t.Errorf("%d loads, want that of the last one too", a.asked.Load())
		}
	})
}

func TestRenewalJoinsALoadInProgress(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, c *Cache[int, string, int], a *authority) {
		a.takes = time.Second
		var group sync.WaitGroup
		group.Go(func() { want(t, c, 1) })
		synctest.Wait()
		c.renew(1, "")
		group.Wait()
		c.Close()
		if a.asked.Load() != 1 || len(c.slots) != 0 {
			t.Errorf("asked %d times and %d slots taken, want 1 and 0", a.asked.Load(), len(c.slots))
		}
	})
}

// TestAnOlderQuestionDoesNotWin: neither its answer nor its refusal counts once a
// later question was answered.
func TestAnOlderQuestionDoesNotWin(t *testing.T) {
	for name, fails := range map[string]error{"a value": nil, "a refusal": errGone} {
		inBubble(t, nil, func(t *testing.T, c *Cache[int, string, int], a *authority) {
			a.takes, a.err = 2*time.Second, fails
			var group sync.WaitGroup
			group.Go(func() { _, _ = c.Load(t.Context(), 1, "") })
			synctest.Wait()
			time.Sleep(time.Second)
			a.takes, a.err = 0, nil
			if v, err := c.Load(t.Context(), 1, ""); v != 2 || err != nil {
				t.Errorf("%s: %d, %v", name, v, err)
			}
			group.Wait()
			want(t, c, 2)
		})
	}
}

func TestForgetAndUpdate(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, c *Cache[int, string, int], _ *authority) {
		c.Update(1, func(v *int) { *v = 7 })
		want(t, c, 1)
		c.Update(1, func(v *int) { *v = 7 })
		want(t, c, 7)
		c.Forget(1)
		if v, ok := c.Last(1); v != 7 || !ok {
			t.Errorf("last: %d %v", v, ok)
		}
		want(t, c, 2)
		c.Clear()
		if _, ok := c.Last(1); ok {
			t.Error("cleared, and still there")
		}
	})
}

// TestForgetMany: all values, or those that are such, are loaded anew at their next use,
// and remain for Last. What was asked before counts for ForgetIf, which cannot know what
// it will be, and not for ForgetAll.
func TestForgetMany(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, c *Cache[int, string, int], a *authority) {
		want(t, c, 1)
		c.ForgetIf(func(v int) bool { return v != 1 })
		want(t, c, 1)
		c.ForgetIf(func(v int) bool { return v == 1 })
		if v, ok := c.Last(1); v != 1 || !ok {
			t.Errorf("last: %d %v", v, ok)
		}
		want(t, c, 2)
		c.ForgetAll()
		if v, ok := c.Last(1); v != 2 || !ok {
			t.Errorf("last: %d %v", v, ok)
		}
		want(t, c, 3)
	})
	for name, forget := range map[string]func(*Cache[int, string, int]){
		"all": (*Cache[int, string, int]).ForgetAll, "some": func(c *Cache[int, string, int]) { c.ForgetIf(func(int) bool { return true }) },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, nil, func(t *testing.T, c *Cache[int, string, int], a *authority) {
				a.takes = time.Second
				got := make(chan int, 1)
				go func() {
					v, err := c.Get(t.Context(), 1, "")
					if err != nil {
						t.Error(err)
					}
					got <- v
				}()
				synctest.Wait()
				forget(c)
				if v, want := <-got, map[string]int{"all": 2, "some": 1}[name]; v != want {
					t.Errorf("what was asked before came to %d, want %d", v, want)
				}
			})
		})
	}
}

func TestValuesAreBounded(t *testing.T) {
	inBubble(t, func(cfg *Config[int, string, int]) {
		cfg.Weigh = func(v int) uint32 { return 10 }
	}, func(t *testing.T, c *Cache[int, string, int], _ *authority) {
		for key := range 1000 {
			if _, err := c.Get(t.Context(), key, ""); err != nil {
				t.Fatal(err)
			}
		}
		kept := 0
		for range c.Values() {
			kept++
		}
		if kept == 0 || kept > 10 {
			t.Errorf("%d values of weight 10 in a cache of 100", kept)
		}
	})
}

func TestClose(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, c *Cache[int, string, int], a *authority) {
		want(t, c, 1)
		a.takes = time.Hour
		var group sync.WaitGroup
		group.Go(func() {
			if _, err := c.Get(t.Context(), 2, ""); !errors.Is(err, oauth.ErrUnavailable) {
				t.Errorf("who waits is told %v", err)
			}
		})
		time.Sleep(31 * time.Second)
		want(t, c, 1) // due
		synctest.Wait()
		began := time.Now()
		c.Close()
		c.Close()
		group.Wait()
		if time.Since(began) != 0 || len(c.slots) != 0 {
			t.Errorf("took %s, %d slots taken", time.Since(began), len(c.slots))
		}
		want(t, c, 1)
		if _, err := c.Get(t.Context(), 3, ""); !errors.Is(err, oauth.ErrUnavailable) || a.asked.Load() != 3 {
			t.Errorf("%v after %d questions, want ErrUnavailable and no further one", err, a.asked.Load())
		}
	})
}
