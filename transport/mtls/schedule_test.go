package mtls

import (
	"testing"
	"time"
)

var epoch = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

func TestSchedule(t *testing.T) {
	tests := []struct {
		name                string
		lifetime, before    time.Duration
		jitter              float64
		renew, alert, about time.Duration // after the start
	}{
		{"a day, eight hours before", 24 * time.Hour, 8 * time.Hour, 0, 16 * time.Hour, 20 * time.Hour, 24*time.Hour - 5*time.Minute},
		{"jitter moves it forward by a tenth of the window", 24 * time.Hour, 8 * time.Hour, 1, 16*time.Hour - 48*time.Minute, 20 * time.Hour, 24*time.Hour - 5*time.Minute},
		{"just long enough", 12 * time.Hour, 8 * time.Hour, 0, 4 * time.Hour, 8 * time.Hour, 12*time.Hour - 5*time.Minute},
		{"too short: the last third", 9 * time.Hour, 8 * time.Hour, 0, 6 * time.Hour, 7*time.Hour + 30*time.Minute, 9*time.Hour - 5*time.Minute},
		{"seconds", 6 * time.Second, 8 * time.Hour, 0, 4 * time.Second, 5 * time.Second, 5500 * time.Millisecond},
		{"nothing left", 0, 8 * time.Hour, 0.5, 0, 0, 0},
		{"less than nothing", -time.Hour, 8 * time.Hour, 0.5, -time.Hour, -time.Hour, -time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSchedule(epoch, epoch.Add(tt.lifetime), tt.before, tt.jitter)
			for what, d := range map[string][2]time.Time{
				"renewal": {s.renewAt, epoch.Add(tt.renew)},
				"alert":   {s.alertAt, epoch.Add(tt.alert)},
				"urgent":  {s.urgentAt, epoch.Add(tt.about)},
			} {
				if !d[0].Equal(d[1]) {
					t.Errorf("%s after %s, want %s", what, d[0].Sub(epoch), d[1].Sub(epoch))
				}
			}
		})
	}
}

func TestPhases(t *testing.T) {
	s := newSchedule(epoch, epoch.Add(24*time.Hour), 8*time.Hour, 0)
	tests := []struct {
		at        time.Duration
		ok, fails Phase
	}{
		{-time.Hour, PhaseFresh, PhaseFresh},
		{16*time.Hour - 1, PhaseFresh, PhaseFresh},
		{16 * time.Hour, PhaseDue, PhaseDue},
		{20 * time.Hour, PhaseDue, PhaseFailing},
		{24*time.Hour - 5*time.Minute, PhaseDue, PhaseUrgent},
		{24 * time.Hour, PhaseDue, PhaseUrgent},
		{24*time.Hour + 1, PhaseExpired, PhaseExpired},
	}
	for _, tt := range tests {
		now := epoch.Add(tt.at)
		if ok, fails := s.phase(now, false), s.phase(now, true); ok != tt.ok || fails != tt.fails {
			t.Errorf("after %s: %s and %s when failing, want %s and %s", tt.at, ok, fails, tt.ok, tt.fails)
		}
	}
}

func TestBackoff(t *testing.T) {
	day := newSchedule(epoch, epoch.Add(24*time.Hour), 8*time.Hour, 0)
	short := newSchedule(epoch, epoch.Add(2*time.Minute), 8*time.Hour, 0)
	in := func(s schedule) time.Time { return s.renewAt }
	after := func(s schedule) time.Time { return s.notAfter.Add(time.Second) }
	tests := []struct {
		name     string
		s        schedule
		at       time.Time
		failures int
		hopeless bool
		most     time.Duration
	}{
		{"first", day, in(day), 1, false, 5 * time.Second},
		{"doubles", day, in(day), 2, false, 10 * time.Second},
		{"has a ceiling", day, in(day), 50, false, 5 * time.Minute},
		{"short life, first", short, in(short), 1, false, 400 * time.Millisecond},
		{"short life, ceiling", short, in(short), 50, false, 4 * time.Second},
		{"expired: soon again", day, after(day), 50, false, 8 * time.Second},
		{"wrong clock: slowly", day, after(day), 50, true, 8*time.Second + 2*time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.s.backoff(tt.at, tt.failures, tt.hopeless, 1); got != tt.most {
				t.Errorf("at most %s, want %s", got, tt.most)
			}
			least := minBackoff
			if tt.hopeless {
				least = hopelessPause
			}
			if got := tt.s.backoff(tt.at, tt.failures, tt.hopeless, 0); got != least {
				t.Errorf("at least %s, want %s", got, least)
			}
		})
	}
}
