package policy

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// share is what one caller has used. It is guarded by its shard's mutex.
type share struct {
	quota    Quota
	limiter  *rate.Limiter // nil without a rate
	inFlight int
	day      int64 // days since 1970, UTC
	today    int   // requests on that day
}

// forgettable reports whether a new share would be worth the same: nothing in
// progress, nothing charged today, the rate's burst full.
func (u *share) forgettable(now time.Time) bool {
	return u.inFlight == 0 &&
		(u.quota.Daily == 0 || u.day != dayOf(now)) &&
		(u.limiter == nil || u.limiter.TokensAt(now) >= float64(u.limiter.Burst()))
}

// charge checks all limits before it takes anything. mu is held.
func (u *share) charge(quota Quota, now time.Time) error {
	u.adopt(quota, now)
	if err := u.exceeded(quota, now); err != nil {
		return err
	}
	if u.limiter != nil {
		u.limiter.AllowN(now, 1)
	}
	u.inFlight++
	u.today++
	return nil
}

// exceeded returns the error for the first limit that leaves no room for one more.
func (u *share) exceeded(quota Quota, now time.Time) error {
	if quota.Concurrent > 0 && u.inFlight >= quota.Concurrent {
		return &QuotaError{Limit: LimitConcurrent, RetryAfter: retryBusy}
	}
	if quota.Daily > 0 && u.today >= quota.Daily {
		return &QuotaError{Limit: LimitDaily, RetryAfter: untilMidnight(now)}
	}
	if u.limiter != nil {
		if missing := 1 - u.limiter.TokensAt(now); missing > 0 {
			return &QuotaError{Limit: LimitRate, RetryAfter: time.Duration(missing / float64(u.limiter.Limit()) * float64(time.Second))}
		}
	}
	return nil
}

// adopt brings the share up to date with the quota and the day. A clock that
// steps back does not open a day again.
func (u *share) adopt(quota Quota, now time.Time) {
	if day := dayOf(now); day > u.day {
		u.day, u.today = day, 0
	}
	if quota == u.quota {
		return
	}
	limit, burst := rate.Limit(quota.Rate), quota.Burst
	if burst == 0 {
		burst = int(math.Ceil(quota.Rate))
	}
	switch {
	case quota.Rate == 0:
		u.limiter = nil
	case u.limiter == nil:
		u.limiter = rate.NewLimiter(limit, burst)
	default:
		u.limiter.SetLimitAt(now, limit)
		u.limiter.SetBurstAt(now, burst)
	}
	u.quota = quota
}

const daySeconds = 24 * 60 * 60

func dayOf(t time.Time) int64 { return t.Unix() / daySeconds }

func untilMidnight(t time.Time) time.Duration {
	return time.Duration(daySeconds-t.Unix()%daySeconds) * time.Second
}
