package gate

import (
	"errors"
	"fmt"
	"time"
)

// Errors of a [ReplayStore].
var (
	// ErrReplayed: the key opened the door before.
	ErrReplayed = errors.New("already used")
	// ErrQuota: the owner has too many keys in the window.
	ErrQuota = errors.New("too many requests in the replay window")
	// ErrStale: the key expired before it was used.
	ErrStale = errors.New("expired before it was used")
)

// RecoveringError means that the store lost its memory of the time around the
// key's and cannot tell whether it was used. A key made Wait later is judged.
type RecoveringError struct{ Wait time.Duration }

// Error says how long it takes.
func (e *RecoveringError) Error() string {
	return fmt.Sprintf("what was admitted at that time is not known any more; %s later it is", e.Wait)
}

// retryAfterQuota is about how often a replay store frees what has expired.
const retryAfterQuota = 30 * time.Second

// replay lets each signature, or nonce where the scheme has one, open the door once.
// It runs after the signature, so only the key's holder can fill the store.
func (c *Chain) replay(x *exchange) *Denial {
	if x.claim == nil {
		return nil
	}
	// The last moment at which the timestamp is still in the window.
	expires := time.Unix(x.signedAt, 0).Add(c.cfg.Window + time.Second)
	err := c.cfg.Replay.Use(x.r.Context(), x.caller.DID, x.claim.ReplayKey(), expires)
	if err == nil {
		return nil
	}
	return replayDenial(err)
}

func replayDenial(err error) *Denial {
	var recovering *RecoveringError
	switch {
	case errors.Is(err, ErrReplayed):
		return deny(Replayed, nil)
	case errors.Is(err, ErrStale):
		// The window closed while the body was on its way.
		return deny(TimestampWindow, err)
	case errors.Is(err, ErrQuota):
		d := deny(RateLimited, err)
		d.RetryAfter = retryAfterQuota
		return d
	case errors.As(err, &recovering):
		d := deny(ReplayUnavailable, err)
		d.Hint = "This agent cannot tell whether a request signed at that time was accepted before. Sign it anew after Retry-After."
		d.RetryAfter = recovering.Wait
		return d
	default:
		return deny(ReplayUnavailable, err)
	}
}
