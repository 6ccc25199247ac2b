// Package lease tells a handler whether what let its request in is still true while
// it answers. Certificates end, tokens are revoked, operators change their minds: no
// byte of an answer is written more than [MaxAge] after the proofs were last true.
package lease

import (
	"errors"
	"net/http"
	"time"
)

// MaxAge is how old the proofs may be behind what is written.
const MaxAge = 5 * time.Second

// ErrUnknown: an authority does not answer, so that nothing is known. Nothing may be
// written, but the request has not ended.
var ErrUnknown = errors.New("it is not known whether the caller is still proved")

// Ended is a lease that is over.
type Ended struct {
	// Reason is the stable word of what refuses the caller now, and Gate says where.
	Reason, Gate string
}

// Error says that the caller is refused now.
func (e *Ended) Error() string { return "the caller is refused now: " + e.Reason }

// Holder is a response writer whose request has a lease.
type Holder interface {
	// CheckLease returns nil while the proofs are true, [ErrUnknown] or an [*Ended]. It
	// is for the goroutine that writes, and cheap if it was asked a moment ago.
	CheckLease() error
}

// Check asks the lease of the request that w answers; nil where there is none.
func Check(w http.ResponseWriter) error {
	for w != nil {
		if h, ok := w.(Holder); ok {
			return h.CheckLease()
		}
		below, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return nil
		}
		w = below.Unwrap()
	}
	return nil
}
