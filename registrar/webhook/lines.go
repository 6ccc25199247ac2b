package webhook

import (
	"sync"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

const (
	// linesPerSecond is how many refusals of one reason and DID are logged in a second:
	// whoever is refused decides how often. Metrics count all.
	linesPerSecond = 20
	// maxKinds bounds what is told apart in a second; further DIDs share a reason's lines.
	maxKinds = 1024
)

// kind is what shares a number of lines.
type kind struct {
	reason Reason
	did    did.DID
}

// lines counts those of the current second. Its zero value is ready.
type lines struct {
	mu    sync.Mutex
	since time.Time
	count map[kind]int
	left  int // out, and not told yet
}

// allow reports whether a refusal may be logged, and how many were left out before.
func (l *lines) allow(d Decision, now time.Time) (ok bool, left int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if since := now.Sub(l.since); since >= time.Second || since < 0 {
		l.since, l.count = now, make(map[kind]int)
	}
	k := kind{d.Reason, d.DID}
	if _, known := l.count[k]; !known && len(l.count) >= maxKinds {
		k.did = did.DID{}
	}
	if l.count[k]++; l.count[k] > linesPerSecond {
		l.left++
		return false, 0
	}
	left, l.left = l.left, 0
	return true, left
}
