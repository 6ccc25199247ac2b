package audit

import (
	"sync"
	"time"
)

// lines and per bound how many lines strangers without a name can write.
const (
	lines = 20
	per   = time.Second
)

// Burst lets a number of log lines through in each second. Its zero value is
// ready. It may be used concurrently.
type Burst struct {
	mu    sync.Mutex
	since time.Time
	count int
}

// Allow reports whether a line may be written at now.
func (b *Burst) Allow(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if d := now.Sub(b.since); d >= per || d < 0 {
		b.since, b.count = now, 0
	}
	b.count++
	return b.count <= lines
}
