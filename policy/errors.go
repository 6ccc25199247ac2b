package policy

import (
	"errors"
	"fmt"
	"time"
)

var (
	// ErrFile: the rules file is not of the expected form; the text says where.
	ErrFile = errors.New("policy file")
	// ErrQuota: the caller has used up its share. The error is a [*QuotaError].
	ErrQuota = errors.New("quota exceeded")
)

// Limit names what a caller has used up.
type Limit string

// The limits of a quota.
const (
	LimitRate       Limit = "rate"
	LimitConcurrent Limit = "concurrent"
	LimitDaily      Limit = "daily"
	// LimitCallers: too many callers are counted at once to count another.
	LimitCallers Limit = "callers"
)

// QuotaError says which limit was reached. It is an [ErrQuota].
type QuotaError struct {
	Limit Limit
	// RetryAfter is when trying again may succeed.
	RetryAfter time.Duration
}

// Error names the limit.
func (e *QuotaError) Error() string {
	return fmt.Sprintf("%v: %s, try again in %v", ErrQuota, e.Limit, e.RetryAfter.Round(time.Millisecond))
}

// Unwrap returns [ErrQuota].
func (e *QuotaError) Unwrap() error { return ErrQuota }

func fileError(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrFile}, args...)...)
}
