package registrar

import (
	"context"
	"time"
)

const (
	// pollEvery is how often the database is asked what was revoked. With the way to the
	// follower it makes up the second within which a revocation takes effect.
	pollEvery = 200 * time.Millisecond
	// pollPage is how many tombstones are read at once.
	pollPage = 256
)

// Broadcast tells those that follow revocations of each, whichever replica it was made
// at, until ctx ends; then it ends their streams. It is the only one that asks the
// database about that, however many follow. It never fails: while the database does not
// answer, followers hear nothing.
func (r *Registrar) Broadcast(ctx context.Context) error {
	defer r.hub.stop()
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	var at Head
	for {
		at = r.poll(ctx, at)
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// poll hands on what came after a head, and returns the next one.
func (r *Registrar) poll(ctx context.Context, at Head) Head {
	looked, issued := time.Now(), r.cfg.Now()
	seen := r.cfg.Witness.Seen() // first: the sequence goes on meanwhile
	found, head, err := r.Tombstones(ctx, at.Seq, pollPage)
	if err != nil {
		r.cfg.Logger.Debug("the database does not say what was revoked", "error", err)
		return at
	}
	if head.Epoch != at.Epoch || head.Seq < at.Seq || wentBack(seen, head) {
		if head, err = r.CheckEpoch(ctx); err != nil {
			return at
		}
		r.hub.start(head)
		r.hub.publish(nil, head, looked, issued)
		return head
	}
	for more := found; len(more) == pollPage; {
		if more, _, err = r.Tombstones(ctx, found[len(found)-1].Seq, pollPage); err != nil {
			return at
		}
		found = append(found, more...)
	}
	r.hub.publish(found, head, looked, issued)
	r.cfg.Witness.Keep(head) // which may take a disk's time
	return head
}
