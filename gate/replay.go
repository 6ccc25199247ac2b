package gate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

// ReplayStore remembers what opened the door. Use returns nil exactly once for
// each owner and key until expires and [ErrReplayed] after that, [ErrQuota]
// when the owner has used up its share, [ErrStale] when expires has passed and
// a [*RecoveringError] for a key of a time it does not remember; any other
// error means that the store cannot say. With an error the request is refused.
type ReplayStore interface {
	Use(ctx context.Context, owner did.DID, key string, expires time.Time) error
}

// UsedStore is a [ReplayStore] that can tell of a key that Use would return
// [ErrReplayed], and remembers nothing by that; false says nothing. It is asked
// before the signer is charged: with a store that is none, copies of a request
// that somebody else sends are charged to its signer where no certificate shows
// who sends them.
type UsedStore interface {
	ReplayStore
	Used(ctx context.Context, owner did.DID, key string) bool
}

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

// knownReplay refuses what replay would, as far as that is known without
// remembering anything.
func (c *Chain) knownReplay(x *exchange) *Denial {
	store, ok := c.cfg.Replay.(UsedStore)
	if !ok || x.claim == nil || !store.Used(x.r.Context(), x.caller.DID, x.claim.ReplayKey()) {
		return nil
	}
	d := replayDenial(ErrReplayed)
	d.gate = "replay"
	return d
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
