package registrar

import (
	"context"
	"errors"

	"github.com/getbindu/bindu-go/identity/did"
)

// ErrUnknown: nothing is known of a DID.
var ErrUnknown = errors.New("nothing is known of that DID")

// Record is all that is known of a DID.
type Record struct {
	DID did.DID
	// Client is nil where the DID is not bound, Tombstone where it was never revoked.
	Client    *Client
	Keys      []Key
	Scopes    []string // granted by name
	Tombstone *Tombstone
	// Intent is the change of the client that is under way, nil for none.
	Intent *Intent
	// Pending is the wish to be enrolled that waits for approval, nil for none; only
	// [Registrar.Show] says it.
	Pending *Pending
}

// Show returns what is known of a DID. Errors: [ErrUnknown], [ErrStorage].
func (r *Registrar) Show(ctx context.Context, d did.DID) (rec Record, err error) {
	err = r.cfg.Store.View(ctx, func(read Reader) (err error) {
		if rec, err = recordOf(read, d); err != nil {
			return err
		}
		p, err := read.Pending(d)
		if p != nil && r.cfg.Now().Before(p.Until) {
			rec.Pending = p
		}
		return err
	})
	if err == nil && rec.Client == nil && rec.Tombstone == nil && rec.Pending == nil && len(rec.Scopes) == 0 {
		err = ErrUnknown
	}
	return rec, err
}

func recordOf(read Reader, d did.DID) (rec Record, err error) {
	rec.DID = d
	var errs [5]error
	rec.Client, errs[0] = read.Client(d)
	rec.Keys, errs[1] = read.Keys(d)
	rec.Scopes, errs[2] = read.Scopes(d)
	rec.Tombstone, errs[3] = read.Tombstone(d)
	rec.Intent, errs[4] = read.Intent(d)
	return rec, errors.Join(errs[:]...)
}

// Clients returns up to limit DIDs that are bound, in order, beginning behind one;
// the zero DID is before all.
func (r *Registrar) Clients(ctx context.Context, after did.DID, limit int) (all []did.DID, err error) {
	err = r.cfg.Store.View(ctx, func(read Reader) (err error) {
		all, err = read.Clients(after, limit)
		return err
	})
	return all, err
}

// Records returns the same with what is known of each, and with those that are revoked
// and were never bound.
func (r *Registrar) Records(ctx context.Context, after did.DID, limit int) (all []Record, err error) {
	err = r.cfg.Store.View(ctx, func(read Reader) error {
		dids, err := read.Listed(after, limit)
		for _, d := range dids {
			rec, failed := recordOf(read, d)
			all, err = append(all, rec), errors.Join(err, failed)
		}
		return err
	})
	return all, err
}
