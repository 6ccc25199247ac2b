package quota

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// share is what one payer uses. It is guarded by its shard's mutex.
type share struct {
	limits     Limits
	limiter    *rate.Limiter // nil without a rate
	concurrent int           // requests in progress
	bytes      int64         // that they hold
	day        int64         // days since 1970, UTC
	today      int           // requests on that day
}

// charge checks all limits before it takes anything.
func (u *share) charge(l Limits, now time.Time) error {
	u.adopt(l, now)
	if err := u.exceeded(now); err != nil {
		return err
	}
	if u.limiter != nil {
		u.limiter.AllowN(now, 1)
	}
	u.concurrent++
	u.today++
	return nil
}

// exceeded returns the error for the first limit that leaves no room for one more.
func (u *share) exceeded(now time.Time) error {
	l := &u.limits
	if l.Concurrent > 0 && u.concurrent >= l.Concurrent {
		return &Error{Limit: Concurrent, RetryAfter: retryBusy}
	}
	if l.Daily > 0 && u.today >= l.Daily {
		return &Error{Limit: Daily, RetryAfter: u.untilNextDay(now)}
	}
	if u.limiter != nil {
		if missing := 1 - u.limiter.TokensAt(now); missing > 0 {
			return &Error{Limit: Rate, RetryAfter: seconds(missing / l.Rate)}
		}
	}
	return nil
}

// adopt brings the share up to date with its limits and the day. A clock that
// steps back does not open a day again.
func (u *share) adopt(l Limits, now time.Time) {
	if day := dayOf(now); day > u.day {
		u.day, u.today = day, 0
	}
	if l == u.limits {
		return
	}
	limit, burst := rate.Limit(l.Rate), l.Burst
	if burst == 0 {
		burst = int(math.Ceil(l.Rate))
	}
	switch {
	case l.Rate == 0:
		u.limiter = nil
	case u.limiter == nil:
		u.limiter = rate.NewLimiter(limit, burst)
	default:
		u.limiter.SetLimitAt(now, limit)
		u.limiter.SetBurstAt(now, burst)
	}
	u.limits = l
}

// forgettable reports whether a new share would be worth the same: nothing in
// progress, nothing charged today, the rate's burst full.
func (u *share) forgettable(now time.Time) bool {
	return u.concurrent == 0 && u.worthNewIn(now) <= 0
}

// worthNewIn returns how long it takes until a new share would be worth the same,
// but for what is in progress.
func (u *share) worthNewIn(now time.Time) (wait time.Duration) {
	if u.limits.Daily > 0 {
		wait = u.untilNextDay(now)
	}
	if u.limiter == nil {
		return wait
	}
	if missing := float64(u.limiter.Burst()) - u.limiter.TokensAt(now); missing > 0 {
		wait = max(wait, 1, seconds(missing/u.limits.Rate)) // less than a nanosecond is not yet
	}
	return wait
}

// seconds is how long that is, the longest duration for what is longer.
func seconds(s float64) time.Duration {
	if s >= math.MaxInt64/float64(time.Second) {
		return math.MaxInt64
	}
	return time.Duration(s * float64(time.Second))
}

const daySeconds = 24 * 60 * 60

func dayOf(t time.Time) int64 { return t.Unix() / daySeconds }

// untilNextDay returns how long the day that is counted lasts: more than a day
// where the clock stepped back since.
func (u *share) untilNextDay(now time.Time) time.Duration {
	return time.Duration((u.day+1)*daySeconds-now.Unix()) * time.Second
}
