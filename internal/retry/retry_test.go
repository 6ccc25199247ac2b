package retry

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

var errPassing, errFinal = errors.New("passing"), errors.New("final")

func isPassing(err error) bool { return errors.Is(err, errPassing) }

func TestDoRepeatsPassingFailuresOnly(t *testing.T) {
	tests := map[string]struct {
		outcomes []error
		want     error
	}{
		"success at once":          {[]error{nil}, nil},
		"success after two":        {[]error{errPassing, errPassing, nil}, nil},
		"a final failure ends it":  {[]error{errFinal}, errFinal},
		"final after passing":      {[]error{errPassing, errFinal}, errFinal},
		"an hour of being unlucky": {append(repeated(errPassing, 720), nil), nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tries, notes := 0, 0
				note := func(err error, pause time.Duration) {
					notes++
					if !isPassing(err) || pause <= 0 || pause > Longest+time.Millisecond {
						t.Errorf("noted %v, %v", err, pause)
					}
				}
				err := Do(t.Context(), NewPauses(rand.Float64), isPassing, note, func(context.Context) error {
					tries++
					return tt.outcomes[tries-1]
				})
				if err != tt.want || tries != len(tt.outcomes) || notes != len(tt.outcomes)-1 {
					t.Errorf("%v after %d tries and %d notes", err, tries, notes)
				}
			})
		})
	}
}

func repeated(err error, n int) []error {
	errs := make([]error, n)
	for i := range errs {
		errs[i] = err
	}
	return errs
}

func TestDoEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		err := Do(ctx, NewPauses(rand.Float64), isPassing, func(error, time.Duration) {}, func(context.Context) error { return errPassing })
		if !errors.Is(err, errPassing) || time.Since(began) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

// highest is the most that jitter may be.
func highest() float64 { return 1 }

func TestHostile160PausesHaveFullJitterUnderADoublingCeiling(t *testing.T) {
	ceilings, lowest := NewPauses(highest), NewPauses(func() float64 { return 0 })
	for i, want := range []time.Duration{first, 2 * first, 4 * first, Longest, Longest, Longest} {
		if got := ceilings.Next(0); got != want+time.Millisecond {
			t.Errorf("ceiling %d is %v, want %v", i, got, want)
		}
		if got := lowest.Next(0); got != time.Millisecond {
			t.Errorf("pause %d may not be shorter than %v", i, got)
		}
	}
}

func TestDoublingStopsAtTheLongest(t *testing.T) {
	for name, tt := range map[string]struct {
		first, longest time.Duration
		want           []time.Duration
	}{
		"doubles":                   {time.Second, 10 * time.Second, []time.Duration{1, 2, 4, 8, 10, 10}},
		"is hit exactly":            {time.Second, 4 * time.Second, []time.Duration{1, 2, 4, 4}},
		"is shorter than the first": {time.Minute, 3 * time.Second, []time.Duration{3, 3}},
	} {
		d := NewDoubling(tt.first, tt.longest)
		for range 2 {
			for i, want := range tt.want {
				if got := d.Next(); got != want*time.Second {
					t.Errorf("%s: time %d is %s, want %d s", name, i, got, want)
				}
			}
			d.Reset()
		}
	}
}

// TestPausesGrowWithTheWait: who was kept waiting gives a busy authority time,
// and who was refused at once is back within the longest pause.
func TestPausesGrowWithTheWait(t *testing.T) {
	for took, want := range map[time.Duration]time.Duration{
		0: first, time.Second: 2 * time.Second, 10 * time.Second: 20 * time.Second,
	} {
		p := NewPauses(highest)
		if got := p.Next(took); got != want+time.Millisecond {
			t.Errorf("after %s: %s, want %s", took, got, want)
		}
		for range 10 {
			p.Next(took)
		}
		if got := p.Next(0); got > Longest+time.Millisecond {
			t.Errorf("refused at once: %s", got)
		}
	}
}

// later is a failure whose authority said when to come back.
type later time.Duration

func (later) Error() string               { return "later" }
func (later) Unwrap() error               { return errPassing }
func (l later) RetryAfter() time.Duration { return time.Duration(l) }

func TestWhoWasToldWhenToComeBackDoesNotComeBefore(t *testing.T) {
	for name, tt := range map[string]struct{ said, least, most time.Duration }{
		"a minute":                 {time.Minute, time.Minute, time.Minute + Longest},
		"longer than is waited":    {time.Hour, LongestAfter, LongestAfter + Longest},
		"a time before the answer": {-time.Hour, 0, Longest},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began, tries := time.Now(), 0
				err := Do(t.Context(), NewPauses(rand.Float64), isPassing, func(error, time.Duration) {}, func(context.Context) error {
					if tries++; tries == 1 {
						return fmt.Errorf("asked: %w", later(tt.said))
					}
					return nil
				})
				if took := time.Since(began); err != nil || took < tt.least || took > tt.most+time.Millisecond {
					t.Errorf("%v after %s, want between %s and %s", err, took, tt.least, tt.most)
				}
			})
		})
	}
}
