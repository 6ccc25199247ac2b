package gate_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
)

type failingReplay struct{ err error }

func (f failingReplay) Use(context.Context, did.DID, string, time.Time) error { return f.err }

func TestReplayStoreDecides(t *testing.T) {
	tests := map[string]struct {
		err        error
		status     int
		reason     gate.Reason
		retryAfter string
	}{
		"079_replayed":             {gate.ErrReplayed, 409, gate.Replayed, ""},
		"083_quota":                {gate.ErrQuota, 429, gate.RateLimited, "30"},
		"080_recovering":           {&gate.RecoveringError{Wait: 41 * time.Second}, 503, gate.ReplayUnavailable, "41"},
		"135_disk_full":            {errors.New("no space left"), 503, gate.ReplayUnavailable, "1"},
		"062_window_closed_inside": {gate.ErrStale, 403, gate.TimestampWindow, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, func(c *gate.Config) { c.Replay = failingReplay{tt.err} })
			w, got := b.do(b.request(signature.Reference, testBody))
			if w.Code != tt.status || got.Error.Data.Reason != string(tt.reason) || w.Header().Get("Retry-After") != tt.retryAfter {
				t.Fatalf("%d, Retry-After %q, %s", w.Code, w.Header().Get("Retry-After"), w.Body)
			}
			checkRefusalShape(t, w, got)
			checkStages(t, b, "token caller key")
		})
	}
}

// slowBody lets time pass before it ends.
type slowBody struct {
	io.Reader
	pass func()
}

func (s slowBody) Read(p []byte) (int, error) { s.pass(); return s.Reader.Read(p) }
func (slowBody) Close() error                 { return nil }

// A copy that comes at the last moment of the window, with a body so slow that
// the first one is forgotten when it is complete, must not pass for new.
func TestHostile079ReplayWithASlowBody(t *testing.T) {
	for _, pause := range []time.Duration{0, time.Second, 2 * time.Second, 31 * time.Second, time.Minute} {
		t.Run(pause.String(), func(t *testing.T) {
			var now atomic.Int64
			now.Store(testNow.Unix())
			clock := func() time.Time { return time.Unix(now.Load(), 0) }
			b := newBench(t, func(c *gate.Config) { c.Now, c.Replay = clock, replay.NewMemory(clock, 0, 1_000_000) })
			first := b.request(signature.Reference, testBody)
			copied := first.Clone(context.Background())
			if w, _ := b.do(first); w.Code != http.StatusOK {
				t.Fatalf("first: %d %s", w.Code, w.Body)
			}
			now.Add(300)
			copied.Body = slowBody{strings.NewReader(testBody), func() { now.Add(int64(pause / time.Second)) }}
			want := gate.Replayed
			if pause > 0 {
				want = gate.TimestampWindow
			}
			if w, got := b.do(copied); got.Error.Data.Reason != string(want) || b.ran["handler"] != 1 {
				t.Fatalf("the copy: %d %s, the handler ran %d times", w.Code, w.Body, b.ran["handler"])
			}
		})
	}
}

// Instances of one agent keep apart what they remember, which docs/security-model.md
// says; behind one address they need a store that they share.
func TestHostile081ReplayAtASecondInstance(t *testing.T) {
	now := func() time.Time { return testNow }
	for _, scheme := range signature.Schemes() {
		for name, tt := range map[string]struct {
			shared bool
			status int
		}{
			"each remembers for itself": {false, http.StatusOK},
			"both ask one store":        {true, http.StatusConflict},
		} {
			t.Run(string(scheme)+"/"+name, func(t *testing.T) {
				stores := []gate.ReplayStore{replay.NewMemory(now, 0, 1_000_000), replay.NewMemory(now, 0, 1_000_000)}
				if tt.shared {
					stores[1] = stores[0]
				}
				first := newBench(t, func(c *gate.Config) { c.Replay = stores[0] })
				second := newBench(t, func(c *gate.Config) { c.Replay = stores[1] })
				captured := first.request(scheme, testBody)
				copied := captured.Clone(t.Context())
				copied.Body = io.NopCloser(strings.NewReader(testBody))
				if w, _ := first.do(captured); w.Code != http.StatusOK {
					t.Fatalf("the request itself: %d", w.Code)
				}
				if w, _ := second.do(copied); w.Code != tt.status {
					t.Errorf("its copy at the other instance: %d, want %d", w.Code, tt.status)
				}
			})
		}
	}
}
