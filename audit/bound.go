package audit

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// LinesPerSecond is how many refusals, or warnings, of one gate, reason and
	// name are logged in a second.
	LinesPerSecond = 20
	// maxKinds bounds what is told apart in a second. Further names share what
	// strangers have.
	maxKinds = 1024
)

// kind is what shares a number of lines. Gates and reasons are few; names are as
// many as callers that proved one.
type kind struct {
	decision          Decision
	gate, reason, did string
}

// bound counts the lines of each kind in the current second. Its zero value is
// ready.
type bound struct {
	mu    sync.Mutex
	since time.Time
	count map[kind]int
	timer *time.Timer // set when something was left out in this second
}

// allow reports whether e may be logged. The clock is the machine's: it is the
// disk that is spared.
func (l *Log) allow(e Event) bool {
	k := kind{e.Decision, e.Gate, e.Reason, e.DID}
	if e.Claimed {
		k.did = "" // strangers have as many names as they like
	}
	now := time.Now()
	b := &l.lines
	b.mu.Lock()
	var ended map[kind]int
	if d := now.Sub(b.since); d >= time.Second || d < 0 {
		ended = b.end()
		b.since = now
	}
	if b.count == nil {
		b.count = make(map[kind]int)
	}
	if _, known := b.count[k]; !known && len(b.count) >= maxKinds {
		k.did = ""
	}
	b.count[k]++
	allowed := b.count[k] <= LinesPerSecond
	if !allowed && b.timer == nil {
		b.timer = time.AfterFunc(time.Until(b.since.Add(time.Second)), l.Flush)
	}
	b.mu.Unlock()
	l.leftOut(ended)
	return allowed
}

// end begins another count and returns the old one if lines were left out.
func (b *bound) end() (ended map[kind]int) {
	if b.timer == nil {
		clear(b.count)
		return nil
	}
	b.timer.Stop()
	ended, b.timer, b.count = b.count, nil, nil
	return ended
}

// Flush logs how many lines were left out and not told yet. That happens by
// itself within a second; call it when nothing more will be recorded.
func (l *Log) Flush() {
	b := &l.lines
	b.mu.Lock()
	var ended map[kind]int
	if b.timer != nil {
		ended = b.end()
		b.since = time.Now()
	}
	b.mu.Unlock()
	l.leftOut(ended)
}

func (l *Log) leftOut(counts map[kind]int) {
	for k, n := range counts {
		if n <= LinesPerSecond {
			continue
		}
		if ctx := context.Background(); l.handler.Enabled(ctx, slog.LevelWarn) {
			attrs := append(Event{Gate: k.gate, Reason: k.reason, DID: k.did}.attrs(), slog.Int("left_out", n-LinesPerSecond))
			// Who learns of an error is whoever writes the next line.
			_ = l.write(ctx, slog.LevelWarn, "gate "+string(k.decision)+", more of the same not logged", attrs)
		}
	}
}
