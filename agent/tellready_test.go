package agent

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/internal/boot"
)

// TestTheLogTellsWhatReadyzSays: one line when readiness is lost, one for each
// change of the reasons, one when it is back; none for what nobody could have seen
// for a second, for the stop, or without a change.
func TestTheLogTellsWhatReadyzSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		a := newIdle(t, slog.New(slog.NewTextHandler(&log, nil)))
		a.ready.set(boot.Server, "")
		var full atomic.Bool
		a.ready.watch(func() (reason, warning string) {
			if full.Load() {
				return "storage_unavailable", "a_warning"
			}
			return "", "a_warning"
		})
		ctx, cancel := context.WithCancel(t.Context())
		a.background("tell of readiness", func(context.Context) error { return a.tellReady(ctx) })
		time.Sleep(tellEvery / 2) // between two looks
		var want []string
		step := func(pause time.Duration, line string) {
			t.Helper()
			time.Sleep(pause)
			synctest.Wait()
			if line != "" {
				want = append(want, line)
			}
			var got []string
			for l := range strings.Lines(log.String()) {
				_, text, _ := strings.Cut(strings.TrimSpace(l), " ") // the time
				got = append(got, text)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("logged %q, want %q", got, want)
			}
		}
		step(10*time.Second, "")
		a.ready.set(boot.Hydra, boot.HydraAway)
		step(tellEvery, `level=WARN msg="not ready" reasons=[hydra_unavailable]`)
		step(10*time.Second, "")
		full.Store(true)
		step(tellEvery, `level=WARN msg="not ready" reasons="[hydra_unavailable storage_unavailable]"`)
		a.ready.set(boot.Hydra, "")
		step(tellEvery, `level=WARN msg="not ready" reasons=[storage_unavailable]`)
		full.Store(false)
		step(tellEvery, `level=INFO msg="ready again" after=13s`)
		for range 100 { // within one second
			a.ready.set(boot.Hydra, boot.HydraAway)
			a.ready.set(boot.Hydra, "")
		}
		step(10*time.Second, "")
		for range 5 { // it comes and goes all the time
			a.ready.set(boot.Hydra, boot.HydraAway)
			step(tellEvery, `level=WARN msg="not ready" reasons=[hydra_unavailable]`)
			a.ready.set(boot.Hydra, "")
			step(tellEvery, `level=INFO msg="ready again" after=1s`)
		}
		cancel()
		a.ready.set(boot.Server, "stopping")
		step(10*time.Second, "")
		if err := a.stop(time.Second); err != nil {
			t.Error(err)
		}
	})
}
