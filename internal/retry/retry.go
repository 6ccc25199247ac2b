// Package retry is how long whoever failed is left alone before it is asked
// again: the one place that knows the library for it.
package retry

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// first is long enough that a short jam at the authority has ended.
	first = time.Second
	// Longest is short enough that an agent is back seconds after the authority
	// it waits for.
	Longest = 5 * time.Second
	// LongestAfter bounds what an authority may say of when it is to be asked again.
	LongestAfter = 2 * time.Minute
	// Crowded is how many times as long as a failed attempt a pause may last.
	Crowded = 2
)

// Doubling yields times that double from the first to the longest, exactly.
type Doubling struct{ steps *backoff.ExponentialBackOff }

// NewDoubling returns the times from first to longest; a longest that is
// shorter than first is the only one.
func NewDoubling(first, longest time.Duration) *Doubling {
	steps := &backoff.ExponentialBackOff{InitialInterval: min(first, longest), Multiplier: 2, MaxInterval: longest}
	steps.Reset()
	return &Doubling{steps}
}

// Next returns the next time.
func (d *Doubling) Next() time.Duration { return d.steps.NextBackOff() }

// Reset begins with the first again.
func (d *Doubling) Reset() { d.steps.Reset() }

// Pauses yields pauses with full jitter under a doubling ceiling, so that many
// agents that lost one authority do not come back to it together.
type Pauses struct {
	ceilings *Doubling
	jitter   func() float64 // in [0, 1)
}

// NewPauses returns pauses of a new wait; jitter yields numbers in [0, 1).
func NewPauses(jitter func() float64) *Pauses {
	return &Pauses{NewDoubling(first, Longest), jitter}
}

// Next returns the pause after an attempt that took so long. An authority that
// kept us waiting may have more to do than it can, and an agent of a thousand
// that comes back at once only adds to that: those pauses grow with the wait.
func (p *Pauses) Next(took time.Duration) time.Duration {
	ceiling := max(p.ceilings.Next(), Crowded*took)
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
	last := &attempt{pauses: p}
	_, _ = backoff.Retry(ctx, func() (struct{}, error) {
		began := time.Now()
		last.err = try(ctx)
		last.took = time.Since(began)
		if last.err != nil && (ctx.Err() != nil || !passing(last.err)) {
			return struct{}{}, backoff.Permanent(last.err)
		}
		return struct{}{}, last.err
	}, backoff.WithBackOff(last), backoff.WithNotify(note), backoff.WithMaxElapsedTime(0))
	return last.err // and not that of a context which ended in a pause
}

// attempt gives the library pauses that depend on how long the last try took.
type attempt struct {
	pauses *Pauses
	took   time.Duration
	err    error
}

// postponed is an error that says when it is worth asking again.
type postponed interface {
	error
	RetryAfter() time.Duration
}

// NextBackOff implements [backoff.BackOff]. Who was told when to come back does not
// come before, and does not have to guess from how long the answer took.
func (a *attempt) NextBackOff() time.Duration {
	later, ok := errors.AsType[postponed](a.err)
	if !ok || later.RetryAfter() <= 0 {
		return a.pauses.Next(a.took)
	}
	return a.pauses.Next(0) + min(later.RetryAfter(), LongestAfter)
}

// Reset implements [backoff.BackOff]. The pauses go on where they were.
func (a *attempt) Reset() {}
