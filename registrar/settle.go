package registrar

import (
	"context"
	"errors"
	"fmt"

	"github.com/getbindu/bindu-go/identity/did"
)

// settle ends a change that its holder left, or that deletes. Only the agent has the
// secret, so that a document which did not arrive is not written again: the agent
// repeats its request.
func (r *Registrar) settle(ctx context.Context, in Intent) error {
	if in.Remove {
		return r.remove(ctx, in)
	}
	asked, cancel := r.talk(ctx, in)
	defer cancel()
	has, err := r.get(asked, in.DID)
	if err != nil {
		return refuse(Unavailable, err)
	}
	if mismatch(has, in) != nil {
		return r.abandon(ctx, in)
	}
	return r.confirm(ctx, in)
}

// remove deletes a client with its tokens, and looks whether it is gone.
func (r *Registrar) remove(ctx context.Context, in Intent) error {
	asked, cancel := r.talk(ctx, in)
	defer cancel()
	if err := errors.Join(r.cfg.Clients.RevokeTokens(asked, in.DID), r.cfg.Clients.Delete(asked, in.DID)); err != nil {
		return refuse(Unavailable, err)
	}
	has, err := r.get(asked, in.DID)
	if err != nil {
		return refuse(Unavailable, err)
	}
	if has != nil {
		return refuse(ForeignWriter, fmt.Errorf("%w: it is there after it was deleted", errOtherHand))
	}
	return r.end(ctx, in, func(tx Tx, _ *Intent) error {
		c, err := tx.Client(in.DID)
		if err != nil {
			return err
		}
		if c != nil {
			if err := r.removed(tx, c); err != nil {
				return err
			}
		}
		return tx.DeleteIntent(in.DID)
	})
}

// removed stores that a client is gone.
func (r *Registrar) removed(tx Tx, c *Client) error {
	t, err := tx.Tombstone(c.DID)
	if err != nil {
		return err
	}
	if c.SecretEnded || t != nil { // and not where its agent deletes it to make it anew
		c.RemovedAt = r.cfg.Now()
	}
	c.Document = nil
	return tx.SaveClient(c)
}

// recall is for who may have written after the lease was over, as a machine that was
// asleep does: what others deleted meanwhile must not come back by that.
func (r *Registrar) recall(ctx context.Context, d did.DID) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	var in *Intent
	err := r.cfg.Store.Change(ctx, func(tx Tx) error {
		if err := tx.Lock(d); err != nil {
			return err
		}
		t, err := tx.Tombstone(d)
		if err != nil {
			return err
		}
		c, err := tx.Client(d)
		if err != nil || c != nil && c.Document != nil && !c.SecretEnded && (t == nil || !t.Revoked) {
			return err // there may be a client
		}
		if open, err := tx.Intent(d); err != nil || open != nil && !open.Remove {
			return err // and who changes it reads what is there
		}
		in, err = r.intendRemoval(tx, d)
		return err
	})
	if err != nil || in == nil {
		return err
	}
	return r.remove(ctx, *in)
}

// finishBatch is how many changes one call of Finish settles at most.
const finishBatch = 100

// Finish settles changes that their holders left, of whatever replica, and returns
// how many; some may remain. Every replica calls it now and then. The error joins
// those of all that could not be settled, whose lease begins anew.
func (r *Registrar) Finish(ctx context.Context) (n int, err error) {
	var lost []did.DID
	err = r.cfg.Store.View(ctx, func(read Reader) (err error) {
		lost, err = read.Lost(r.cfg.Now(), finishBatch)
		return err
	})
	for _, d := range lost {
		if ctx.Err() != nil {
			return n, errors.Join(err, context.Cause(ctx))
		}
		in, failed := r.take(ctx, d)
		if failed != nil || in == nil {
			err = errors.Join(err, failed)
			continue
		}
		if failed := r.settle(ctx, *in); failed != nil && !isDone(failed) {
			err = errors.Join(err, fmt.Errorf("%s: %w", d, failed))
			continue
		}
		n++
	}
	return n, err
}

// isDone reports that a DID was revoked, or its secret ended, while its change was
// settled, and that what follows from it is done too.
func isDone(err error) bool {
	r, ok := errors.AsType[*Refusal](err)
	return ok && (r.Word == Revoked || r.Word == SecretEnded) && r.Cause == nil
}

// take makes the intent of a DID ours, if its lease is over; nil if it is not.
func (r *Registrar) take(ctx context.Context, d did.DID) (taken *Intent, err error) {
	err = r.cfg.Store.Change(ctx, func(tx Tx) error {
		if err := tx.Lock(d); err != nil {
			return err
		}
		in, err := tx.Intent(d)
		now := r.cfg.Now()
		if err != nil || in == nil || now.Before(in.Until) {
			return err
		}
		taken = in
		return errors.Join(r.lease(in, now), tx.SaveIntent(*in))
	})
	return taken, err
}
