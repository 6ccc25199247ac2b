package refresh

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/oauth"
)

// TestAnAnswerThatCameTooLateIsNotHandedOut: whoever began the load, joined it or
// asked alone. An authority that was slow once is asked once more.
func TestAnAnswerThatCameTooLateIsNotHandedOut(t *testing.T) {
	for name, age := range map[string]time.Duration{"known age": 5 * time.Second, "unknown age": 0} {
		inBubble(t, func(cfg *Config[int, string, int]) { cfg.Age = age }, func(t *testing.T, c *Cache[int, string, int], a *authority) {
			a.life, a.takes = 5*time.Second, 5*time.Second
			var group sync.WaitGroup
			for _, get := range []func(context.Context, int, string) (int, error){c.Get, c.Get, c.Load} {
				group.Go(func() {
					if v, err := get(t.Context(), 1, ""); v != 0 || !errors.Is(err, oauth.ErrUnavailable) {
						t.Errorf("%s: %d, %v; want ErrUnavailable", name, v, err)
					}
				})
			}
			group.Wait()
			if _, ok := c.Use(1, ""); ok || a.asked.Load() != 3 {
				t.Errorf("%s: still used: %v; asked %d times, want twice for two callers and once for the third", name, ok, a.asked.Load())
			}

			group.Go(func() { want(t, c, 5) })
			time.Sleep(3 * time.Second)
			synctest.Wait()
			a.takes = time.Second // from the next question on
			group.Go(func() { want(t, c, 5) })
			group.Wait()
		})
	}
}

// TestNobodyJoinsALoadThatIsTooOld: whoever comes when its answer could not hold
// any more starts one of its own, which others join, and is not kept waiting.
func TestNobodyJoinsALoadThatIsTooOld(t *testing.T) {
	d := &door{}
	inBubble(t, func(cfg *Config[int, string, int]) {
		cfg.Age, cfg.Admit = 5*time.Second, d.admit
	}, func(t *testing.T, c *Cache[int, string, int], a *authority) {
		a.life, a.takes = 5*time.Second, time.Minute
		var group sync.WaitGroup
		group.Go(func() { _, _ = c.Get(t.Context(), 1, "") })
		time.Sleep(5 * time.Second)
		synctest.Wait()
		a.takes = time.Second
		for range 10 {
			group.Go(func() { want(t, c, 2) })
		}
		time.Sleep(2 * time.Second)
		if a.asked.Load() != 2 || d.held.Load() != 1 {
			t.Errorf("asked %d times, %d places held; want 2 and that of the old load", a.asked.Load(), d.held.Load())
		}
		group.Wait()
		if d.held.Load() != 0 || len(c.loading) != 0 || len(c.asking) != 0 {
			t.Errorf("%d places held, %d loads and %d questions noted at the end", d.held.Load(), len(c.loading), len(c.asking))
		}
	})
}

// TestForgetCountsForLoadsUnderWay: what was asked before it is neither handed
// out, to those who waited already and those who come, nor kept.
func TestForgetCountsForLoadsUnderWay(t *testing.T) {
	for name, forget := range map[string]func(*Cache[int, string, int]){
		"forget": func(c *Cache[int, string, int]) { c.Forget(1) },
		"all":    (*Cache[int, string, int]).ForgetAll,
		"clear":  (*Cache[int, string, int]).Clear,
	} {
		inBubble(t, nil, func(t *testing.T, c *Cache[int, string, int], a *authority) {
			a.takes = 2 * time.Second
			var group sync.WaitGroup
			group.Go(func() { want(t, c, 3) }) // 1 is forgotten
			synctest.Wait()
			group.Go(func() {
				if v, err := c.Load(t.Context(), 1, ""); !errors.Is(err, oauth.ErrUnavailable) {
					t.Errorf("%s: asked alone: %d, %v", name, v, err)
				}
			})
			synctest.Wait()
			forget(c)
			group.Go(func() { want(t, c, 3) })
			group.Wait()
			want(t, c, 3)
			if a.asked.Load() != 3 {
				t.Errorf("%s: asked %d times, want 3", name, a.asked.Load())
			}
		})
	}
}

// TestForgetLeavesOtherKeysAlone: their loads go on and count.
func TestForgetLeavesOtherKeysAlone(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, c *Cache[int, string, int], a *authority) {
		a.takes = time.Second
		var group sync.WaitGroup
		group.Go(func() { want(t, c, 1) })
		synctest.Wait()
		c.Forget(2)
		group.Wait()
		want(t, c, 1)
	})
}

func TestOneUseIsNotKept(t *testing.T) {
	for name, tt := range map[string]struct {
		expire time.Duration
		want   error
	}{"no end": {0, nil}, "in time": {2 * time.Second, nil}, "too late": {time.Second, oauth.ErrUnavailable}} {
		asked := 0
		inBubble(t, func(cfg *Config[int, string, int]) {
			cfg.Load = func(context.Context, int, string) (Answer[int], error) {
				asked++
				a := Answer[int]{Value: asked, Once: true}
				if tt.expire != 0 {
					a.Expire = time.Now().Add(tt.expire)
				}
				time.Sleep(time.Second)
				return a, nil
			}
		}, func(t *testing.T, c *Cache[int, string, int], _ *authority) {
			for range 2 {
				if _, err := c.Get(t.Context(), 1, ""); !errors.Is(err, tt.want) {
					t.Errorf("%s: %v, want %v", name, err, tt.want)
				}
				if _, ok := c.Last(1); ok {
					t.Errorf("%s: kept", name)
				}
			}
			if asked < 2 {
				t.Errorf("%s: asked %d times", name, asked)
			}
		})
	}
}

// TestWhoWaitedGetsWhatIsKeptForLessThanAskingTakes, and nobody after it.
func TestWhoWaitedGetsWhatIsKeptForLessThanAskingTakes(t *testing.T) {
	inBubble(t, func(cfg *Config[int, string, int]) {
		cfg.Age = time.Millisecond
		load := cfg.Load
		cfg.Load = func(ctx context.Context, key int, arg string) (Answer[int], error) {
			asked := time.Now()
			a, err := load(ctx, key, arg)
			a.Expire, a.Late = asked.Add(time.Millisecond), asked.Add(2*time.Second)
			return a, err
		}
	}, func(t *testing.T, c *Cache[int, string, int], a *authority) {
		a.takes = time.Second
		want(t, c, 1)
		if _, ok := c.Use(1, ""); ok {
			t.Error("used after its end")
		}
		want(t, c, 2)
		a.takes = 2 * time.Second
		if v, err := c.Get(t.Context(), 1, ""); !errors.Is(err, oauth.ErrUnavailable) {
			t.Errorf("%d, %v; want ErrUnavailable", v, err)
		}
	})
}
