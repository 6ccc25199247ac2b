package sqlrows

import (
	"math"
	"time"
)

func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// since is the earliest updated_at of a filter, rounded up to the store's
// precision: a status is never older than the time asked for.
func since(t time.Time) int64 {
	if t.IsZero() {
		return math.MinInt64
	}
	ms := t.UnixMilli()
	if time.UnixMilli(ms).Before(t) {
		ms++
	}
	return ms
}
