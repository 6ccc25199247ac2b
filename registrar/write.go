package registrar

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

// errUnsettled: a write may have taken place, or may still. Its intent stays.
var errUnsettled = errors.New("it is not known whether the client was written")

// errLeaseOver is why a change was for nothing.
var errLeaseOver = errors.New("the lease was over before the change")

// errOtherHand is why somebody else must have changed a client.
var errOtherHand = errors.New("the client is not what was written")

// before is what the authorization server had before a change.
type before struct {
	created, foreign bool
	drift            []Drift
}

// talk returns a context for what a lease allows: it ends well before the lease, so
// that what was sent last has arrived when somebody else may write. A caller that
// goes away does not end it, since nobody would know what was written; one that has a
// deadline waits no longer.
func (r *Registrar) talk(ctx context.Context, in Intent) (context.Context, context.CancelFunc) {
	most := in.Until.Sub(r.cfg.Now()) - r.cfg.Lease/3
	if until, ok := ctx.Deadline(); ok {
		most = min(most, time.Until(until))
	}
	return context.WithTimeout(context.WithoutCancel(ctx), most)
}

// write makes the authorization server have what was begun, and reads it back. An
// error that is not errUnsettled means that our document was not taken.
func (r *Registrar) write(ctx context.Context, q request, b begun) (before, error) {
	ctx, cancel := r.talk(ctx, b.intent)
	defer cancel()
	was, err := r.look(ctx, q, b)
	if err != nil {
		return before{}, err
	}
	document, err := withSecret(b.intent.Document, q.reg.Secret)
	if err != nil {
		return before{}, err
	}
	err = r.cfg.Clients.Put(ctx, q.did, document)
	switch {
	case errors.Is(err, ErrRefused):
		return before{}, refuse(Unavailable, err)
	case err != nil:
		return before{}, refuse(Unavailable, errors.Join(errUnsettled, err))
	}
	return was, r.readBack(ctx, b.intent)
}

// look compares what is there with what the database says, before it is replaced.
func (r *Registrar) look(ctx context.Context, q request, b begun) (before, error) {
	has, err := r.get(ctx, q.did)
	if err != nil {
		return before{}, refuse(Unavailable, err)
	}
	ours := b.client.Document
	switch {
	case has == nil && ours == nil:
		return before{created: true}, nil
	case has == nil:
		return before{}, refuse(ForeignWriter, fmt.Errorf("%w: it is gone", errOtherHand))
	case ours == nil && publicKeyIn(has) != did.EncodePublicKey(q.key):
		return before{}, refuse(ForeignWriter, fmt.Errorf("%w: there is one with another key", errOtherHand))
	}
	drift, err := differences(has, b.intent.Document)
	if err != nil {
		return before{}, refuse(ForeignWriter, err)
	}
	isRevision := func(d Drift) bool { return d.Field == "metadata."+memberRevision }
	was := before{foreign: ours == nil && b.client.Voucher != voucherImported, drift: slices.DeleteFunc(drift, isRevision)}
	if ours != nil {
		changed, err := differences(has, ours)
		if err != nil {
			return before{}, err
		}
		was.foreign = len(changed) > 0
	}
	return was, nil
}

// get returns nil for a client that is not there.
func (r *Registrar) get(ctx context.Context, d did.DID) ([]byte, error) {
	document, err := r.cfg.Clients.Get(ctx, d)
	if errors.Is(err, ErrNoClient) {
		return nil, nil
	}
	if err == nil && document == nil {
		err = errDocument
	}
	return document, err
}

// readBack makes sure that what was written is there and nothing else.
func (r *Registrar) readBack(ctx context.Context, in Intent) error {
	has, err := r.get(ctx, in.DID)
	if err != nil {
		return refuse(Unavailable, errors.Join(errUnsettled, err))
	}
	return mismatch(has, in)
}

// mismatch says how a document is not that of an intent; nil if it is.
func mismatch(has []byte, in Intent) error {
	if has == nil {
		return refuse(ForeignWriter, fmt.Errorf("%w: it is gone", errOtherHand))
	}
	drift, err := differences(has, in.Document)
	switch {
	case err != nil:
		return refuse(ForeignWriter, err)
	case len(drift) == 0:
		return nil
	case slices.ContainsFunc(drift, func(d Drift) bool { return d.Field == "metadata."+memberRevision }):
		return refuse(ForeignWriter, fmt.Errorf("%w: %v", errOtherHand, drift))
	}
	return refuse(Differs, fmt.Errorf("read back: %v", drift))
}

// confirm stores that the authorization server has what an intent says.
func (r *Registrar) confirm(ctx context.Context, in Intent) error {
	return r.conclude(ctx, in, func(tx Tx) error {
		c, err := tx.Client(in.DID)
		if err != nil {
			return err
		}
		c.Document = in.Document
		c.confirmSecret()
		return tx.SaveClient(c)
	})
}

// abandon forgets an intent that changed nothing.
func (r *Registrar) abandon(ctx context.Context, in Intent) error {
	return r.conclude(ctx, in, func(Tx) error { return nil })
}

// conclude ends a change. If the DID was revoked meanwhile, the client goes instead.
func (r *Registrar) conclude(ctx context.Context, in Intent, fn func(Tx) error) error {
	var removed *Refusal
	err := r.end(ctx, in, func(tx Tx, now *Intent) (err error) {
		if now.Remove {
			removed, err = whyRemoved(tx, in.DID)
			return err // and the intent stays, ours
		}
		return errors.Join(fn(tx), tx.DeleteIntent(in.DID))
	})
	if err != nil || removed == nil {
		return err
	}
	removed.Cause = r.remove(ctx, in) // none when all is done
	return removed
}

// patience is how long the end of a change may wait for the database.
const patience = 5 * time.Second

// end runs fn with the intent, if it is still ours. It does not end with ctx: what
// the authorization server has is known now.
func (r *Registrar) end(ctx context.Context, in Intent, fn func(tx Tx, now *Intent) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	return r.cfg.Store.Change(ctx, func(tx Tx) error {
		if err := tx.Lock(in.DID); err != nil {
			return err
		}
		now, err := tx.Intent(in.DID)
		if err != nil {
			return err
		}
		if now == nil || now.Holder != in.Holder || now.Revision != in.Revision {
			return refuse(Busy, errLeaseOver)
		}
		return fn(tx, now)
	})
}
