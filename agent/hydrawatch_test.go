package agent

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/registrarapi"
)

// verifierFunc answers for Hydra.
type verifierFunc func(token string) error

func (f verifierFunc) Verify(_ context.Context, token string) (oauth.Claims, error) {
	return oauth.Claims{}, f(token)
}

func TestReadyzSaysThatHydraIsAwayAndBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var down atomic.Bool
		var asked atomic.Int64
		ready := newReadiness()
		ready.set(boot.Server, "")
		h := newHydraWatch(verifierFunc(func(string) error {
			asked.Add(1)
			if down.Load() {
				return oauth.ErrUnavailable
			}
			return oauth.ErrInactive
		}), ready, probeEvery)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- h.run(ctx) }()

		time.Sleep(time.Hour) // of the bubble
		if n := asked.Load(); n < 240 || n > 360 {
			t.Errorf("asked %d times in an hour while all was well, want once in 10 to 15 s", n)
		}
		down.Store(true)
		time.Sleep(probeEvery)
		synctest.Wait()
		if why := ready.why(); !slices.Equal(why, []string{"hydra_unavailable"}) {
			t.Errorf("reasons %v, although nobody had to call", why)
		}
		down.Store(false)
		time.Sleep(watchPause)
		synctest.Wait()
		down.Store(true)
		for range 100 {
			_, _ = h.Verify(ctx, "x")
		}
		time.Sleep(watchPause)
		synctest.Wait()
		if why := ready.why(); !slices.Equal(why, []string{"hydra_unavailable"}) {
			t.Errorf("reasons %v", why)
		}
		before := asked.Load()
		time.Sleep(time.Minute)
		if n := asked.Load() - before; n < 60 || n > 121 {
			t.Errorf("asked %d times in a minute", n)
		}
		down.Store(false)
		time.Sleep(watchPause)
		synctest.Wait()
		if why := ready.why(); len(why) > 0 {
			t.Errorf("not ready a second after Hydra came back: %v", why)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// A registrar that answers, and says that we are not registered, is not asked about that
// all the time: a thousand agents whom a restored one does not know would be a thousand
// questions a second. Whoever calls shows when it is over.
func TestARegistrarThatDoesNotKnowUsIsLeftAlone(t *testing.T) {
	for name, cause := range map[string]error{
		"not registered": registrarapi.ErrNotRegistered, "revoked": registrarapi.ErrRevoked, "an ended secret": registrarapi.ErrSecretEnded,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var sound atomic.Bool
				var asked atomic.Int64
				ready := newReadiness()
				ready.set(boot.Server, "")
				h := newHydraWatch(verifierFunc(func(string) error {
					asked.Add(1)
					if sound.Load() {
						return oauth.ErrInactive
					}
					return fmt.Errorf("%w: %w", oauth.ErrUnavailable, cause)
				}), ready, probeEvery)
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error, 1)
				go func() { done <- h.run(ctx) }()
				time.Sleep(time.Hour) // of the bubble
				if n := asked.Load(); n < 240 || n > 490 {
					t.Errorf("asked %d times in an hour, want once in 7.5 to 15 s", n)
				}
				if why := ready.why(); len(why) != 1 {
					t.Errorf("reasons %v", why)
				}
				sound.Store(true)
				time.Sleep(watchPause)
				if _, err := h.Verify(ctx, "x"); err != oauth.ErrInactive {
					t.Error(err)
				}
				time.Sleep(watchPause)
				synctest.Wait()
				if why := ready.why(); len(why) > 0 {
					t.Errorf("not ready a second after a caller was answered: %v", why)
				}
				sound.Store(false)
				time.Sleep(2 * probeEvery)
				sound.Store(true)
				time.Sleep(probeEvery)
				synctest.Wait()
				if why := ready.why(); len(why) > 0 {
					t.Errorf("not ready %s after it was over, though nobody calls: %v", probeEvery, why)
				}
				cancel()
				if err := <-done; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// Hydra is asked whether it answers though no caller ever comes.
func TestReadyzNeedsNobodyToCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ready := newReadiness()
		ready.set(boot.Server, "")
		h := newHydraWatch(verifierFunc(func(string) error { return oauth.ErrUnavailable }), ready, probeEvery)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- h.run(ctx) }()
		time.Sleep(probeEvery)
		synctest.Wait()
		if why := ready.why(); !slices.Equal(why, []string{"hydra_unavailable"}) {
			t.Errorf("reasons %v", why)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestACallerWhoLeavesIsNotHydrasFault(t *testing.T) {
	ready := newReadiness()
	h := newHydraWatch(verifierFunc(func(string) error { return oauth.ErrUnavailable }), ready, probeEvery)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Verify(ctx, "x"); err == nil {
		t.Error("no error")
	}
	if len(h.suspect) > 0 {
		t.Error("told of")
	}
}

// HOSTILE 171: answers about one caller's tokens are no evidence about Hydra,
// however they fail and however often; and they cost one question in a pause.
func TestHostile171OneCallersOddTokensDoNotMoveReadiness(t *testing.T) {
	for name, failure := range map[string]error{
		"an answer that is too large":   oauth.ErrInvalidResponse,
		"an answer that takes too long": oauth.ErrUnavailable,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var probed atomic.Int64
				ready := newReadiness()
				ready.set(boot.Server, "")
				h := newHydraWatch(verifierFunc(func(token string) error {
					if token == readinessProbe {
						probed.Add(1)
						return oauth.ErrInactive
					}
					return failure
				}), ready, probeEvery)
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error, 1)
				go func() { done <- h.run(ctx) }()
				for range 600 { // ten times a second, for a minute
					if _, err := h.Verify(ctx, "odd"); err == nil {
						t.Fatal("no error")
					}
					synctest.Wait()
					if why := ready.why(); len(why) > 0 {
						t.Fatalf("not ready: %v", why)
					}
					time.Sleep(100 * time.Millisecond)
				}
				if n := probed.Load(); n < 60 || n > 121 {
					t.Errorf("asked %d times in a minute, want once in half a second to a second", n)
				}
				cancel()
				if err := <-done; err != nil {
					t.Error(err)
				}
			})
		})
	}
}
