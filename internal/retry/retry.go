// Package retry is how long an authority that failed is left alone before it is
// asked again.
package retry

import (
	"context"
	"time"
)

const (
	// first is long enough that a short jam at the authority has ended.
	first = time.Second
	// Longest is short enough that an agent is back seconds after the authority
	// it waits for.
	Longest = 5 * time.Second
	// Crowded is how many times as long as a failed attempt a pause may last.
	Crowded = 2
)

// Pauses yields pauses with full jitter under a doubling ceiling, so that many
// agents that lost one authority do not come back to it together.
type Pauses struct {
	ceiling time.Duration
	jitter  func() float64 // in [0, 1)
}

// NewPauses returns pauses of a new wait; jitter yields numbers in [0, 1).
func NewPauses(jitter func() float64) *Pauses { return &Pauses{ceiling: first, jitter: jitter} }

// Next returns the pause after an attempt that took so long. An authority that
// kept us waiting may have more to do than it can, and an agent of a thousand
// that comes back at once only adds to that: those pauses grow with the wait.
func (p *Pauses) Next(took time.Duration) time.Duration {
	ceiling := max(p.ceiling, Crowded*took)
	p.ceiling = min(2*p.ceiling, Longest)
	return time.Duration(p.jitter()*float64(ceiling)) + time.Millisecond
}

// Wait sleeps for d or until ctx ends.
func Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Do repeats try until it succeeds, fails for good, or ctx ends. Each passing
// failure is told to note with the pause that follows.
func Do(ctx context.Context, p *Pauses, passing func(error) bool, note func(error, time.Duration), try func(context.Context) error) error {
	for {
		began := time.Now()
		err := try(ctx)
		if err == nil || ctx.Err() != nil || !passing(err) {
			return err
		}
		pause := p.Next(time.Since(began))
		note(err, pause)
		if werr := Wait(ctx, pause); werr != nil {
			return err
		}
	}
}
