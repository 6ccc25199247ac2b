package refresh

import (
	"errors"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/oauth"
)

// TestRememberedErrors are told again for a pause without asking, of their key
// alone, and only those that are to be remembered.
func TestRememberedErrors(t *testing.T) {
	for fails, times := range map[error]int64{errGone: 1, oauth.ErrUnavailable: 5} {
		d := &door{}
		inBubble(t, func(cfg *Config[int, string, int]) {
			cfg.Admit, cfg.Remember = d.admit, func(err error) bool { return errors.Is(err, errGone) }
		}, func(t *testing.T, c *Cache[int, string, int], a *authority) {
			a.err = fails
			get := func(key int, want error) {
				if _, err := c.Get(t.Context(), key, ""); !errors.Is(err, want) {
					t.Errorf("%v, want %v", err, want)
				}
			}
			for range 5 {
				get(1, fails)
				time.Sleep(100 * time.Millisecond)
			}
			if a.asked.Load() != times || d.asked.Load() != times || d.held.Load() != 0 {
				t.Errorf("%v: asked %d times, want %d; let in %d, %d inside", fails, a.asked.Load(), times, d.asked.Load(), d.held.Load())
			}
			a.err = nil
			get(2, nil)
			time.Sleep(time.Second)
			get(1, nil)
		})
	}
}

func TestForgetEndsARememberedError(t *testing.T) {
	for name, forget := range map[string]func(*Cache[int, string, int]){
		"forget": func(c *Cache[int, string, int]) { c.Forget(1) },
		"all":    (*Cache[int, string, int]).ForgetAll,
		"clear":  (*Cache[int, string, int]).Clear,
	} {
		inBubble(t, func(cfg *Config[int, string, int]) {
			cfg.Remember = func(error) bool { return true }
		}, func(t *testing.T, c *Cache[int, string, int], a *authority) {
			a.err = errGone
			if _, err := c.Get(t.Context(), 1, ""); !errors.Is(err, errGone) {
				t.Errorf("%s: %v", name, err)
			}
			a.err = nil
			forget(c)
			want(t, c, 2)
		})
	}
}
