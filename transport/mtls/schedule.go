package mtls

import "time"

// schedule is when to do what about one certificate. It is arithmetic on the
// certificate's bounds; whoever asks brings the clock.
type schedule struct {
	renewAt  time.Time // from here on a new certificate is wanted
	alertAt  time.Time // half of the window is lost
	urgentAt time.Time // shortly before the end: no longer ready
	notAfter time.Time
}

// urgentBefore is how long before expiry an agent without a successor stops
// calling itself ready, so that traffic moves away in time.
const urgentBefore = 5 * time.Minute

// newSchedule renews at notAfter − renewBefore. When that leaves less than half
// of the lifetime in front of it (lifetime < 1.5 × renewBefore) the last third
// of the lifetime is the window instead. jitter in [0, 1) moves the renewal
// forward by up to a tenth of the window, so that agents which were started
// together do not come together.
func newSchedule(start, notAfter time.Time, renewBefore time.Duration, jitter float64) schedule {
	lifetime := max(notAfter.Sub(start), 0)
	window := renewBefore
	if lifetime < window+window/2 {
		window = lifetime / 3
	}
	return schedule{
		renewAt:  notAfter.Add(-window - time.Duration(jitter*float64(window/10))),
		alertAt:  notAfter.Add(-window / 2),
		urgentAt: notAfter.Add(-min(urgentBefore, window/4)),
		notAfter: notAfter,
	}
}

// window is the time there is for renewing.
func (s schedule) window() time.Duration { return s.notAfter.Sub(s.renewAt) }

// phase returns where now falls. A certificate that is due counts as failing
// only once attempts to replace it have failed.
func (s schedule) phase(now time.Time, failed bool) Phase {
	switch {
	case now.After(s.notAfter):
		return PhaseExpired
	case now.Before(s.renewAt):
		return PhaseFresh
	case failed && !now.Before(s.urgentAt):
		return PhaseUrgent
	case failed && !now.Before(s.alertAt):
		return PhaseFailing
	default:
		return PhaseDue
	}
}

// Bounds of the pause between two attempts.
const (
	minBackoff     = 100 * time.Millisecond
	maxFirst       = 5 * time.Second
	maxBackoff     = 5 * time.Minute
	expiredBackoff = 8 * time.Second // without a certificate every second counts; an attempt takes some, too
	hopelessPause  = 2 * time.Minute // a CA or a clock that is wrong does not get right by asking
)

// backoff returns the pause before the next attempt after that many failures:
// full jitter under a ceiling that doubles. A short-lived certificate needs a
// quicker hand than one that has hours left.
func (s schedule) backoff(now time.Time, failures int, hopeless bool, jitter float64) time.Duration {
	ceiling := min(max(s.window()/100, minBackoff), maxFirst) << min(failures-1, 16)
	limit := min(max(s.window()/10, time.Second), maxBackoff)
	if now.After(s.notAfter) {
		limit = expiredBackoff
	}
	pause := time.Duration(jitter * float64(min(ceiling, limit)))
	if hopeless {
		pause += hopelessPause
	}
	return max(pause, minBackoff)
}
