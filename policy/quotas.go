package policy

import (
	"sync/atomic"
	"time"

	"github.com/getbindu/bindu-go/quota"
)

// Quotas counts what each caller uses against the quotas of a file. It is safe for
// concurrent use.
type Quotas struct {
	rules atomic.Pointer[QuotaRules]
	used  *quota.Counter
}

// NewQuotas returns a counter for the given quotas, on the given clock.
func NewQuotas(r QuotaRules, now func() time.Time) *Quotas {
	q := &Quotas{used: quota.NewCounter(now)}
	q.SetRules(r)
	return q
}

// SetRules changes the quotas; what callers have used so far still counts.
func (q *Quotas) SetRules(r QuotaRules) { q.rules.Store(&r) }

// Acquire charges one request to the caller, by its [identity.Caller.Name].
// release must be called when the request is done; calling it again does
// nothing. The error is a [*quota.Error], and then nothing was charged.
func (q *Quotas) Acquire(caller string) (release func(), err error) {
	place, err := q.used.Acquire(quota.Payer{Name: caller}, q.rules.Load().of(caller))
	if err != nil {
		return nil, err
	}
	return place.Release, nil
}

// Exhausted returns the [*quota.Error] that Acquire would, and charges nothing.
func (q *Quotas) Exhausted(caller string) error {
	return q.used.Exceeded(quota.Payer{Name: caller}, q.rules.Load().of(caller))
}
