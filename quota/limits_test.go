package quota

import (
	"fmt"
	"math"
	"sync"
	"testing"
	"time"
)

func TestRate(t *testing.T) {
	m := newMeter(t, Limits{Rate: 10, Burst: 30})
	if got := m.spend(ann, 100); got != 30 {
		t.Errorf("a burst of %d, want 30", got)
	}
	if got := m.spend(bob, 100); got != 30 {
		t.Errorf("another payer got %d, want 30", got)
	}
	m.forward(time.Second)
	if got := m.spend(ann, 100); got != 10 {
		t.Errorf("%d after a second, want 10", got)
	}
	m.forward(time.Hour)
	if got := m.spend(ann, 100); got != 30 {
		t.Errorf("%d after a pause, want 30", got)
	}
}

func TestABurstThatNobodySaidIsTheRateRoundedUp(t *testing.T) {
	for rate, want := range map[float64]int{0.1: 1, 1: 1, 2.5: 3} {
		if got := newMeter(t, Limits{Rate: rate}).spend(ann, 10); got != want {
			t.Errorf("a rate of %v: a burst of %d, want %d", rate, got, want)
		}
	}
}

func TestRetryAfterIsWhenARequestPasses(t *testing.T) {
	for _, rate := range []float64{0.001, 0.5, 3, 1000} {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			m := newMeter(t, Limits{Rate: rate, Burst: 2})
			m.spend(ann, 2)
			_, wait := m.acquire(ann, Rate)
			if want := time.Duration(float64(time.Second) / rate); math.Abs(float64(wait-want)) > float64(time.Microsecond) {
				t.Errorf("wait %v, want %v", wait, want)
			}
			// Asking again costs nothing and is told the same.
			if _, again := m.acquire(ann, Rate); again != wait {
				t.Errorf("wait %v when asked again, want %v", again, wait)
			}
			m.forward(wait - 10*time.Microsecond)
			m.acquire(ann, Rate)
			m.forward(20 * time.Microsecond)
			m.acquire(ann, "")
		})
	}
}

func TestConcurrent(t *testing.T) {
	m := newMeter(t, Limits{Concurrent: 2})
	first, _ := m.acquire(ann, "")
	m.acquire(ann, "")
	if _, wait := m.acquire(ann, Concurrent); wait != retryBusy {
		t.Errorf("wait %v", wait)
	}
	m.acquire(bob, "")
	first.Release()
	first.Release() // a second time gives nothing back
	m.acquire(ann, "")
	m.acquire(ann, Concurrent)
}

// However small a rate is, the wait is none that has passed.
func TestAWaitHasNoOverflow(t *testing.T) {
	for _, rate := range []float64{1e-9, 1e-10, 1e-11, 1e-300} {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			m := newMeter(t, Limits{Rate: rate})
			m.acquire(ann, "")
			if _, wait := m.acquire(ann, Rate); wait < 30*365*24*time.Hour {
				t.Errorf("wait %v", wait)
			}
		})
	}
}

func TestDaily(t *testing.T) {
	m := newMeter(t, Limits{Daily: 2})
	late := time.Date(2026, 6, 1, 23, 59, 0, 0, time.UTC)
	m.now = late
	m.acquire(ann, "")
	m.acquire(ann, "")
	_, wait := m.acquire(ann, Daily)
	if wait != time.Minute {
		t.Errorf("told to wait %v, want a minute", wait)
	}
	m.forward(wait)
	m.acquire(ann, "")
	m.now = late // the clock stepped back: still the new day
	m.acquire(ann, "")
	m.acquire(ann, Daily)
}

func TestBytesAreGivenBack(t *testing.T) {
	m := newMeter(t, Limits{Bytes: 10})
	first, _ := m.acquire(ann, "")
	second, _ := m.acquire(ann, "")
	other, _ := m.acquire(bob, "")
	for _, step := range []struct {
		p     *Place
		bytes int64
		want  bool
	}{{first, 6, true}, {second, 4, true}, {second, 1, false}, {first, 1, false}, {other, 10, true}} {
		if got := step.p.Hold(step.bytes); got != step.want {
			t.Errorf("%d bytes: %v", step.bytes, got)
		}
	}
	first.Release()
	if first.Hold(1) {
		t.Error("what was given back holds more")
	}
	if !second.Hold(6) || second.Hold(1) || second.Held() != 10 {
		t.Error("what was given back is not there, or too much is")
	}
	second.Release()
	if n := second.share.bytes; n != 0 {
		t.Errorf("%d bytes are left", n)
	}
}

func TestOneRequestAloneHoldsNoMoreThanAllMay(t *testing.T) {
	m := newMeter(t, Limits{Bytes: 10})
	place, _ := m.acquire(ann, "")
	if !place.Hold(6) || place.Hold(5) || !place.Hold(4) || place.Held() != 10 {
		t.Errorf("it holds %d bytes", place.Held())
	}
}

func TestARefusedRequestIsNotCharged(t *testing.T) {
	m := newMeter(t, Limits{Rate: 1, Burst: 5, Concurrent: 1, Daily: 3})
	place, _ := m.acquire(ann, "")
	for range 10 {
		m.acquire(ann, Concurrent)
	}
	place.Release()
	if got := m.spend(ann, 10); got != 2 {
		t.Errorf("%d got a place, want the two that are left of the day", got)
	}
	m.acquire(ann, Daily)
}

func TestAskingIsNotCharged(t *testing.T) {
	m := newMeter(t, Limits{Daily: 1})
	for range 3 {
		if err := m.Exceeded(ann, m.limits); err != nil {
			t.Error(err)
		}
	}
	if n := m.count(); n != 0 {
		t.Errorf("%d shares of who only asked", n)
	}
	m.acquire(ann, "")
	m.refusal(nil, m.Exceeded(ann, m.limits), Daily)
	if err := m.Exceeded(ann, Limits{Daily: 2}); err != nil {
		t.Errorf("with another limit: %v", err)
	}
}

func TestWhatNothingLimitsIsNotCounted(t *testing.T) {
	m := newMeter(t, Limits{})
	place, err := m.Acquire(ann, m.limits)
	if place != nil || err != nil || m.Exceeded(ann, m.limits) != nil || m.count() != 0 {
		t.Errorf("%v, %v, %d shares", place, err, m.count())
	}
	if !place.Hold(1<<40) || place.Held() != 0 {
		t.Error("bytes are counted")
	}
	place.Release()
}

// What was used so far still counts, and a rate goes on from there.
func TestChangedLimitsKeepWhatWasUsed(t *testing.T) {
	m := newMeter(t, Limits{Daily: 5, Rate: 100})
	m.spend(ann, 4)
	m.limits = Limits{Daily: 4, Rate: 1}
	m.acquire(ann, Daily)
	m.limits = Limits{Rate: 1, Burst: 3}
	if got := m.spend(ann, 10); got != 1 {
		t.Errorf("%d under a larger burst, want what the smaller one left", got)
	}
	m.limits = Limits{Concurrent: 1}
	m.acquire(ann, "")
	m.acquire(ann, Concurrent)
}

// However payers come and go, nobody exceeds its limit and nothing is left in
// progress.
func TestManyAtOnce(t *testing.T) {
	c := NewCounter(time.Now)
	l := Limits{Concurrent: 4, Rate: 1e-9, Burst: 100, Bytes: 4}
	var wg sync.WaitGroup
	var mu sync.Mutex
	got := map[string]int{}
	for w := range 16 {
		wg.Go(func() {
			name := fmt.Sprint(w % 3)
			for range 500 {
				if place, err := c.Acquire(Payer{Name: name}, l); err == nil {
					place.Hold(1)
					mu.Lock()
					got[name]++
					mu.Unlock()
					place.Release()
				}
			}
		})
	}
	wg.Wait()
	for name, n := range got {
		if n != 100 {
			t.Errorf("%s got %d, want 100", name, n)
		}
	}
	for i := range c.shards {
		for p, u := range c.shards[i].shares {
			if u.concurrent != 0 || u.bytes != 0 {
				t.Errorf("%v has %d in progress with %d bytes", p, u.concurrent, u.bytes)
			}
		}
	}
}
