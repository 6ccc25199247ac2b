package registrar

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

// Revocation is what Revoke came to.
type Revocation struct {
	Tombstone
	// Bound is true where the DID is bound to a key. One that never was is kept out all
	// the same; it may be a mistake in writing.
	Bound bool
	// Removed is true when client and tokens are gone from the authorization server.
	// Until then that is tried again ([Registrar.Finish]); the DID counts as revoked
	// already.
	Removed bool
}

// removalWait is how long a revocation waits for the authorization server. The DID is
// revoked before, and what is not removed yet is removed later.
const removalWait = 5 * time.Second

// Revoke revokes a DID, known or not. When it returns without error the DID is
// revoked, whatever the authorization server does; it waits for nobody who is about
// to change the client. Errors: [ErrOwn], [ErrStorage].
func (r *Registrar) Revoke(ctx context.Context, d did.DID, note string) (Revocation, error) {
	if err := r.others(d); err != nil {
		return Revocation{}, err
	}
	var done Revocation
	var in *Intent
	var at Head
	err := r.cfg.Store.Change(ctx, func(tx Tx) (err error) {
		if err := tx.Lock(d); err != nil {
			return err
		}
		c, err := tx.Client(d)
		if err != nil {
			return err
		}
		done.Bound = c != nil
		if done.Tombstone, at, err = r.bury(tx, d, true, note); err != nil {
			return err
		}
		in, err = r.intendRemoval(tx, d)
		return errors.Join(err, forgetAnnouncements(tx, d), buryPending(tx, d))
	})
	if err != nil {
		return Revocation{}, err
	}
	r.decided(at)
	if in == nil {
		return done, nil // who has the lease deletes what it writes
	}
	removing, cancel := context.WithTimeout(ctx, removalWait)
	defer cancel()
	if err := r.remove(removing, *in); err != nil {
		r.cfg.Logger.Warn("a revoked client could not be deleted at the authorization server yet",
			slog.String("client_id", d.String()), slog.Any("error", err))
		return done, nil
	}
	done.Removed = true
	return done, nil
}

// buryPending takes a DID off the list of those that wait. The key with which it waited is
// one of a revoked DID from now on.
func buryPending(tx Tx, d did.DID) error {
	p, err := tx.Pending(d)
	if err != nil || p == nil {
		return err
	}
	return errors.Join(tx.BuryKey(d, p.Key), tx.DeletePending(d))
}

// bury stores a tombstone, and returns where the sequence stands with it; nowhere if the
// last one says the same.
func (r *Registrar) bury(tx Tx, d did.DID, revoked bool, note string) (Tombstone, Head, error) {
	last, err := tx.Tombstone(d)
	if err != nil {
		return Tombstone{}, Head{}, err
	}
	if last != nil && last.Revoked == revoked {
		return *last, Head{}, nil
	}
	head, err := tx.Advance()
	if err != nil {
		return Tombstone{}, Head{}, err
	}
	t := Tombstone{DID: d, Revoked: revoked, Seq: head.Seq, At: r.cfg.Now(), Note: note}
	return t, head, tx.SaveTombstone(t)
}

// decided has the witness keep where a decision that was committed left the sequence.
func (r *Registrar) decided(at Head) {
	if at != (Head{}) {
		r.cfg.Witness.Decided(at)
	}
}

// operate changes something that the operator decided, and has the sequence go on with it:
// a database of before is known by its number then.
func (r *Registrar) operate(ctx context.Context, fn func(tx Tx) error) error {
	var at Head
	err := r.cfg.Store.Change(ctx, func(tx Tx) (err error) {
		if err = fn(tx); err != nil {
			return err
		}
		at, err = tx.Advance()
		return err
	})
	if err == nil {
		r.decided(at)
	}
	return err
}

// intendRemoval makes sure that the client goes. It returns the intent to carry that
// out, nil where somebody is changing the client and will see it.
func (r *Registrar) intendRemoval(tx Tx, d did.DID) (*Intent, error) {
	in, err := tx.Intent(d)
	if err != nil {
		return nil, err
	}
	now := r.cfg.Now()
	if in != nil && now.Before(in.Until) {
		in.Remove, in.Document = true, nil
		return nil, tx.SaveIntent(*in)
	}
	next := Intent{DID: d, Remove: true}
	if in != nil {
		next.Revision = in.Revision
	}
	return &next, errors.Join(r.lease(&next, now), tx.SaveIntent(next))
}

// ErrNotRevoked: there is nothing to restore.
var ErrNotRevoked = errors.New("the DID is not revoked, and its client not missing")

// Restore lets a revoked DID register again, with the key that it had. One that is
// not revoked may register anew after somebody else changed or deleted its client, and
// is left alone otherwise: it could not call before its next start. A deletion
// that was begun is carried through all the same: what a thief was given does not
// come back. Errors: [ErrOwn], [ErrNotRevoked], [ErrStorage], a [*Refusal] with
// [Unavailable] where the authorization server has to be asked and does not answer.
func (r *Registrar) Restore(ctx context.Context, d did.DID, note string) (Tombstone, error) {
	if err := r.others(d); err != nil {
		return Tombstone{}, err
	}
	if err := r.mayBeRestored(ctx, d); err != nil {
		return Tombstone{}, err
	}
	var done Tombstone
	var at Head
	err := r.cfg.Store.Change(ctx, func(tx Tx) error {
		if err := tx.Lock(d); err != nil {
			return err
		}
		t, err := tx.Tombstone(d)
		if err != nil {
			return err
		}
		c, err := tx.Client(d)
		if err != nil {
			return err
		}
		revoked, registered := t != nil && t.Revoked, c != nil && c.Document != nil
		if !revoked && !registered {
			return ErrNotRevoked
		}
		if registered {
			c.Document = nil
			err = tx.SaveClient(c)
		}
		if err == nil && revoked {
			done, at, err = r.bury(tx, d, false, note)
		}
		return err
	})
	if err == nil {
		r.decided(at)
	}
	return done, err
}

// mayBeRestored looks for something to restore: a revocation, or a client that is not what
// was written.
func (r *Registrar) mayBeRestored(ctx context.Context, d did.DID) error {
	revoked := false
	err := r.cfg.Store.View(ctx, func(read Reader) error {
		t, err := read.Tombstone(d)
		revoked = t != nil && t.Revoked
		return err
	})
	if err != nil || revoked {
		return err
	}
	_, err = r.Compare(ctx, d)
	switch refused, _ := errors.AsType[*Refusal](err); {
	case err == nil:
		return ErrNotRevoked
	case refused != nil && refused.Word == ForeignWriter:
		return nil
	}
	return err
}
