// Package idle gives memory back to the system while nothing is done. The collector keeps
// about as much free as is in use, and collects what a busy time left only when there is
// something to do again, or after two minutes.
package idle

import (
	"context"
	"net/http"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
	"time"
)

const (
	// look is how often is looked whether anything was done.
	look = time.Second
	// share is the inverse of the share of the time that giving back may take: that is some
	// milliseconds each time, and more with more in use.
	share = 100
	// worthwhile is how many bytes there must be to give back.
	worthwhile = 4 << 20
)

// Memory knows whether a program is idle. Make it with [New].
type Memory struct {
	begun atomic.Uint64

	spare    func() uint64
	giveBack func()
}

// New returns the memory of this process.
func New() *Memory { return &Memory{spare: spare, giveBack: giveBack} }

// Watching tells of the requests that a handler gets.
func (m *Memory) Watching(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.begun.Add(1)
		next.ServeHTTP(w, r)
	})
}

// Run gives memory back, once each time that a second goes by without a request, until ctx
// ends. A hundredth of the time goes into that at most. It never fails.
func (m *Memory) Run(ctx context.Context) error {
	tick := time.NewTicker(look)
	defer tick.Stop()
	var notBefore time.Time
	for seen, given := m.begun.Load(), false; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if now := m.begun.Load(); now != seen {
			seen, given = now, false
			continue
		}
		began := time.Now()
		if given || began.Before(notBefore) || m.spare() < worthwhile {
			continue
		}
		m.giveBack()
		given, notBefore = true, time.Now().Add(share*time.Since(began))
	}
}

// giveBack collects, and returns to the system what is free then. Each collection halves
// the stacks that have become too large.
func giveBack() {
	runtime.GC()
	runtime.GC()
	debug.FreeOSMemory()
}

// spare is how many bytes of the heap hold nothing, or what nobody needs any more as far as
// is known without a collection.
func spare() uint64 {
	read := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"},
		{Name: "/memory/classes/heap/free:bytes"}, {Name: "/gc/heap/live:bytes"},
	}
	metrics.Read(read)
	held, live := read[0].Value.Uint64()+read[1].Value.Uint64()+read[2].Value.Uint64(), read[3].Value.Uint64()
	return held - min(held, live)
}
