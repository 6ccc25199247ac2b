package idle

import (
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestWhenMemoryIsGivenBack: after a second without a request, once, and not again before
// there was one and a hundred times as much time has gone by as it took; and not where there
// is little.
func TestWhenMemoryIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var given atomic.Int64
		var spare atomic.Uint64
		m := &Memory{spare: spare.Load, giveBack: func() { given.Add(1); time.Sleep(300 * time.Millisecond) }}
		served := 0
		handler := m.Watching(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served++ }))
		request := func() { handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)) }
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- m.Run(ctx) }()
		after := func(d time.Duration, when string, want int64) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			if n := given.Load(); n != want {
				t.Errorf("%s it was given back %d times, want %d", when, n, want)
			}
		}
		time.Sleep(time.Millisecond) // beside the ticks
		after(10*time.Second, "with little to give back", 0)
		spare.Store(worthwhile)
		for range 10 {
			request()
			after(time.Second/2, "while there are requests", 0)
		}
		after(2*time.Second, "after some", 1)
		after(time.Minute, "while nothing is done", 1)
		request()
		after(3*time.Second, "after another", 2)
		request()
		after(20*time.Second, "too soon", 2)
		after(20*time.Second, "half a minute later", 3)
		cancel()
		if err := <-ended; err != nil || served != 12 {
			t.Errorf("%v, %d served", err, served)
		}
	})
}

var garbage []byte

// TestSpareIsWhatCanBeGivenBack looks at this process.
func TestSpareIsWhatCanBeGivenBack(t *testing.T) {
	garbage = make([]byte, 64<<20)
	for i := range garbage {
		garbage[i] = 1
	}
	garbage = nil
	runtime.GC()
	if before := spare(); before < 32<<20 {
		t.Errorf("%d bytes are spare with 64 MiB of garbage", before)
	}
	New().giveBack()
	if after := spare(); after > 16<<20 {
		t.Errorf("%d bytes are spare when all was given back", after)
	}
}
