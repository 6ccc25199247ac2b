package refresh

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/oauth"
)

// replaced replaces 1 of key 1, and says what came.
func replaced(t *testing.T, c *Cache[int, string, int], may error) (int, error) {
	t.Helper()
	return c.Replace(t.Context(), 1, "", func(v int) bool { return v == 1 }, func() error { return may })
}

// Whatever is found stale is loaded once, however many find it so, and before it is due.
func TestWhatIsStaleIsReplacedOnce(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, c *Cache[int, string, int], a *authority) {
		want(t, c, 1)
		a.takes = time.Second
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() {
				if v, err := replaced(t, c, nil); v != 2 || err != nil {
					t.Errorf("%d, %v", v, err)
				}
			})
		}
		synctest.Wait()
		want(t, c, 1) // who has not found it stale waits for nothing
		group.Wait()
		want(t, c, 2)
		if v, err := replaced(t, c, errGone); v != 2 || err != nil || a.asked.Load() != 2 {
			t.Errorf("what is not stale: %d, %v; asked %d times", v, err, a.asked.Load())
		}
	})
}

// Who was refused with an older value than is there now gets that, for nothing.
func TestWhatIsNotStaleAnyMoreIsKept(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, c *Cache[int, string, int], a *authority) {
		for n := 1; n <= 3; n++ {
			want(t, c, n)
			v, err := c.Replace(t.Context(), 1, "", func(v int) bool { return v == n }, func() error { return nil })
			if v != n+1 || err != nil {
				t.Fatalf("%d, %v", v, err)
			}
			if v, err := c.Replace(t.Context(), 1, "", func(v int) bool { return v == n }, func() error { return errBusy }); v != n+1 || err != nil || a.asked.Load() != int64(n+1) {
				t.Errorf("%d is not stale: %d, %v; asked %d times", n+1, v, err, a.asked.Load())
			}
		}
	})
}

// A replacement that cannot be had leaves what there was, unless it is known to be gone.
func TestAReplacementThatFails(t *testing.T) {
	for name, tt := range map[string]struct {
		err, may error
		asked    int64
		stays    bool
	}{
		"the authority is away":   {err: oauth.ErrUnavailable, asked: 2, stays: true},
		"it says that it is gone": {err: errGone, asked: 2},
		"it may not":              {may: errBusy, asked: 1, stays: true},
	} {
		inBubble(t, nil, func(t *testing.T, c *Cache[int, string, int], a *authority) {
			want(t, c, 1)
			a.err = tt.err
			if v, err := replaced(t, c, tt.may); v != 0 || err == nil || !errors.Is(err, cmp.Or(tt.err, tt.may)) {
				t.Errorf("%s: %d, %v", name, v, err)
			}
			v, ok := c.Use(1, "")
			if ok != tt.stays || ok && v != 1 || a.asked.Load() != tt.asked {
				t.Errorf("%s: then %d, %v; asked %d times", name, v, ok, a.asked.Load())
			}
		})
	}
}

// Who leaves does not end the load, and after Close there is none.
func TestAReplacementEndsWithTheCache(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, c *Cache[int, string, int], a *authority) {
		want(t, c, 1)
		a.takes = time.Second
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := c.Replace(ctx, 1, "", func(int) bool { return true }, func() error { return nil }); !errors.Is(err, oauth.ErrUnavailable) {
			t.Errorf("who leaves: %v", err)
		}
		time.Sleep(time.Second)
		want(t, c, 2)
		c.Close()
		if _, err := c.Replace(t.Context(), 1, "", func(int) bool { return true }, func() error { return nil }); !errors.Is(err, oauth.ErrUnavailable) || a.asked.Load() != 2 {
			t.Errorf("after Close: %v, asked %d times", err, a.asked.Load())
		}
	})
}
