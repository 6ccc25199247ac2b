package agent

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	// firstPause is long enough that a short jam at the authority has ended.
	firstPause = time.Second
	// longestPause is short enough that an agent is back seconds after the
	// authority it waits for.
	longestPause = 5 * time.Second
	// crowded is how many times as long as a failed attempt a pause may last.
	crowded = 2
)

// pauses yields pauses with full jitter under a doubling ceiling, so that many
// agents that lost one authority do not come back to it together.
type pauses struct {
	ceiling time.Duration
	random  func(n int64) int64 // uniform in [0, n)
}

func newPauses() *pauses { return &pauses{ceiling: firstPause, random: rand.Int64N} }

// next returns the pause after an attempt that took so long. An authority that
// kept us waiting may have more to do than it can, and an agent of a thousand
// that comes back at once only adds to that: those pauses grow with the wait.
func (p *pauses) next(took time.Duration) time.Duration {
	ceiling := max(p.ceiling, crowded*took)
	p.ceiling = min(2*p.ceiling, longestPause)
	return time.Duration(p.random(int64(ceiling))) + time.Millisecond
}

// wait sleeps for d or until ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// persist repeats try until it succeeds, fails for good, or ctx ends. Each
// passing failure is told to note with the pause that follows.
func persist(ctx context.Context, p *pauses, passing func(error) bool, note func(error, time.Duration), try func(context.Context) error) error {
	for {
		began := time.Now()
		err := try(ctx)
		if err == nil || ctx.Err() != nil || !passing(err) {
			return err
		}
		pause := p.next(time.Since(began))
		note(err, pause)
		if werr := wait(ctx, pause); werr != nil {
			return err
		}
	}
}
