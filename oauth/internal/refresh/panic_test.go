package refresh

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/oauth"
)

// TestAPanicIsAnError: of those who wait, and of who asked alone. What panicked is
// in the log, without what it may quote, and the places are given back.
func TestAPanicIsAnError(t *testing.T) {
	var none []int
	for name, tt := range map[string]struct {
		panics func()
		says   string
	}{
		"a text":  {func() { panic("about ory_at_secret") }, "panic=string"},
		"a fault": {func() { none[len(none)]++ }, "index out of range"},
	} {
		var log bytes.Buffer
		d := &door{}
		inBubble(t, func(cfg *Config[int, string, int]) {
			load := cfg.Load
			cfg.Admit, cfg.Log = d.admit, slog.New(slog.NewTextHandler(&log, nil))
			cfg.Load = func(ctx context.Context, key int, arg string) (Answer[int], error) {
				if arg == "panic" {
					tt.panics()
				}
				return load(ctx, key, arg)
			}
		}, func(t *testing.T, c *Cache[int, string, int], _ *authority) {
			for _, get := range []func(context.Context, int, string) (int, error){c.Get, c.Load} {
				if _, err := get(t.Context(), 1, "panic"); !errors.Is(err, oauth.ErrUnavailable) {
					t.Errorf("%s: %v, want ErrUnavailable", name, err)
				}
			}
			if d.held.Load() != 0 {
				t.Errorf("%s: %d places held", name, d.held.Load())
			}
			want(t, c, 1)
			time.Sleep(40 * time.Second)
			c.Use(1, "panic") // renewed in the background
			synctest.Wait()
			want(t, c, 1)
			if len(c.slots) != 0 || len(c.asking) != 0 {
				t.Errorf("%s: %d slots taken, %d questions noted", name, len(c.slots), len(c.asking))
			}
		})
		if text := log.String(); strings.Count(text, tt.says) != 3 || !strings.Contains(text, "stack=") || strings.Contains(text, "ory_at_secret") {
			t.Errorf("%s: logged %s", name, text)
		}
	}
}
