package boot

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

	"github.com/getbindu/bindu-go/admin"
)

// TestTheLogTellsWhatReadyzSays: one line when readiness is lost, one for each
// change of the reasons, one when it is back; none for what nobody could have seen
// for a second, for the stop, or without a change.
func TestTheLogTellsWhatReadyzSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var life Lifetime
		ready := admin.NewReadiness(Server, "")
		ready.SetReason(Server, "")
		var full atomic.Bool
		ready.Watch(func() (reason, warning string) {
			if full.Load() {
				return "storage_unavailable", "a_warning"
			}
			return "", "a_warning"
		})
		ctx, cancel := context.WithCancel(t.Context())
		life.Background("tell of readiness", func(context.Context) error { return TellReady(ctx, ready, slog.New(slog.NewTextHandler(&log, nil))) })
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
		ready.SetReason(Hydra, HydraAway)
		step(tellEvery, `level=WARN msg="not ready" reasons=[hydra_unavailable]`)
		step(10*time.Second, "")
		full.Store(true)
		step(tellEvery, `level=WARN msg="not ready" reasons="[hydra_unavailable storage_unavailable]"`)
		ready.SetReason(Hydra, "")
		step(tellEvery, `level=WARN msg="not ready" reasons=[storage_unavailable]`)
		full.Store(false)
		step(tellEvery, `level=INFO msg="ready again" after=13s`)
		for range 100 { // within one second
			ready.SetReason(Hydra, HydraAway)
			ready.SetReason(Hydra, "")
		}
		step(10*time.Second, "")
		for range 5 { // it comes and goes all the time
			ready.SetReason(Hydra, HydraAway)
			step(tellEvery, `level=WARN msg="not ready" reasons=[hydra_unavailable]`)
			ready.SetReason(Hydra, "")
			step(tellEvery, `level=INFO msg="ready again" after=1s`)
		}
		cancel()
		ready.SetReason(Server, "stopping")
		step(10*time.Second, "")
		if err := life.Stop(time.Second); err != nil {
			t.Error(err)
		}
	})
}
