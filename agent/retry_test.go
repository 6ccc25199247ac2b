package agent

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

var errPassing, errFinal = errors.New("passing"), errors.New("final")

func isPassing(err error) bool { return errors.Is(err, errPassing) }

func TestPersistRepeatsPassingFailuresOnly(t *testing.T) {
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
					if !isPassing(err) || pause <= 0 || pause > longestPause+time.Millisecond {
						t.Errorf("noted %v, %v", err, pause)
					}
				}
				err := persist(t.Context(), newPauses(), isPassing, note, func(context.Context) error {
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

func TestPersistEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		err := persist(ctx, newPauses(), isPassing, func(error, time.Duration) {}, func(context.Context) error { return errPassing })
		if !errors.Is(err, errPassing) || time.Since(began) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

func TestHostile160PausesHaveFullJitterUnderADoublingCeiling(t *testing.T) {
	var ceilings []int64
	p := newPauses()
	p.random = func(n int64) int64 { ceilings = append(ceilings, n); return n - 1 }
	for range 8 {
		if got := p.next(0); got > longestPause+time.Millisecond {
			t.Errorf("a pause of %v", got)
		}
	}
	for i := 1; i < len(ceilings); i++ {
		if want := min(2*ceilings[i-1], int64(longestPause)); ceilings[i] != want {
			t.Errorf("ceiling %d is %v, want %v", i, ceilings[i], want)
		}
	}
}

// TestPausesGrowWithTheWait: who was kept waiting gives a busy authority time,
// and who was refused at once is back within the longest pause.
func TestPausesGrowWithTheWait(t *testing.T) {
	longest := func(n int64) int64 { return n - 1 }
	for took, want := range map[time.Duration]time.Duration{
		0: firstPause, time.Second: 2 * time.Second, 10 * time.Second: 20 * time.Second,
	} {
		p := &pauses{ceiling: firstPause, random: longest}
		if got := p.next(took).Round(time.Millisecond); got.Round(10*time.Millisecond) != want {
			t.Errorf("after %s: %s, want %s", took, got, want)
		}
		for range 10 {
			p.next(took)
		}
		if got := p.next(0); got > longestPause+time.Millisecond {
			t.Errorf("refused at once: %s", got)
		}
	}
}
