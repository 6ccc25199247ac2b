package quota

import (
	"errors"
	"fmt"
	"time"
)

// Limits are what one payer may use. A zero limit does not limit.
type Limits struct {
	// Rate is how many requests per second, on average.
	Rate float64
	// Burst is how many may come at once within Rate; 0: Rate rounded up.
	Burst int
	// Concurrent is how many may be in progress at the same time.
	Concurrent int
	// Daily is how many from midnight to midnight, UTC.
	Daily int
	// Bytes is how many those in progress may hold together, see [Place.Hold].
	Bytes int64
}

// Limit names what a payer has used up.
type Limit string

// The limits at which a request is refused.
const (
	Rate       Limit = "rate"
	Concurrent Limit = "concurrent"
	Daily      Limit = "daily"
	// Callers: too many are counted at once to count another.
	Callers Limit = "callers"
)

// ErrExceeded: the payer has used up its share. The error is an [*Error].
var ErrExceeded = errors.New("quota exceeded")

// Error says which limit was reached. It is an [ErrExceeded].
type Error struct {
	Limit Limit
	// RetryAfter is when trying again may succeed.
	RetryAfter time.Duration
}

// Error names the limit.
func (e *Error) Error() string {
	return fmt.Sprintf("%v: %s, try again in %v", ErrExceeded, e.Limit, e.RetryAfter.Round(time.Millisecond))
}

// Unwrap returns [ErrExceeded].
func (e *Error) Unwrap() error { return ErrExceeded }
