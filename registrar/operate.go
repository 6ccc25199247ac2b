package registrar

import (
	"context"
	"errors"
	"slices"

	"github.com/getbindu/bindu-go/identity/did"
)

// ErrOwn: the DID is the registrar's own. It is no agent: revoked, it could not renew
// its certificate, and what it were granted would count nowhere.
var ErrOwn = errors.New("that is the registrar's own DID")

// others refuses the registrar's own DID.
func (r *Registrar) others(d did.DID) error {
	if d == r.cfg.Self {
		return ErrOwn
	}
	return nil
}

// ErrNotPending: no such DID waits for approval with that key, or not any more.
var ErrNotPending = errors.New("nobody waits for approval by that DID and fingerprint")

// Pending returns who waits for approval, the oldest first.
func (r *Registrar) Pending(ctx context.Context) (all []Pending, err error) {
	err = r.cfg.Store.View(ctx, func(read Reader) (err error) {
		all, err = read.AllPending(r.cfg.Now())
		return err
	})
	return all, err
}

// Approve binds a DID that waits to the key with a fingerprint ([Fingerprint]), which
// the operator has compared: its agent's next request succeeds. Errors:
// [ErrNotPending], a [*Refusal] where its address has too many DIDs or its key is that of
// a DID which is revoked, [ErrStorage].
func (r *Registrar) Approve(ctx context.Context, d did.DID, fingerprint string) error {
	return r.answerPending(ctx, d, fingerprint, func(tx Tx, p Pending) error {
		q := request{proof: proof{did: d, key: p.Key}, address: p.Address}
		if err := errors.Join(checkRevoked(tx, q, true), checkKey(tx, q)); err != nil {
			return err
		}
		_, err := r.bind(tx, q, voucherApproved, r.cfg.Now())
		return err
	})
}

// Deny takes a DID off the list of those that wait. Errors: as of Approve.
func (r *Registrar) Deny(ctx context.Context, d did.DID, fingerprint string) error {
	return r.answerPending(ctx, d, fingerprint, func(tx Tx, _ Pending) error { return tx.DeletePending(d) })
}

func (r *Registrar) answerPending(ctx context.Context, d did.DID, fingerprint string, fn func(Tx, Pending) error) error {
	return r.cfg.Store.Change(ctx, func(tx Tx) error {
		if err := tx.Lock(d); err != nil {
			return err
		}
		p, err := tx.Pending(d)
		if err != nil {
			return err
		}
		if p == nil || !r.cfg.Now().Before(p.Until) || Fingerprint(p.Key) != fingerprint {
			return ErrNotPending
		}
		return fn(tx, *p)
	})
}

// Grant replaces the scopes that a DID, known or not, is granted by name, and which
// count instead of [Config.Scopes]; none lets those count again. They come into
// force with the agent's next registration. Errors: [ErrOwn], [ErrScopes], [ErrStorage].
func (r *Registrar) Grant(ctx context.Context, d did.DID, scopes []string) error {
	if err := r.others(d); err != nil {
		return err
	}
	if len(scopes) > 0 {
		if err := checkScopes(scopes); err != nil {
			return err
		}
	}
	return r.operate(ctx, func(tx Tx) error { return errors.Join(tx.Lock(d), tx.SetScopes(d, scopes)) })
}

// Scopes are those of a DID that was granted none by name.
func (r *Registrar) Scopes() []string { return slices.Clone(r.cfg.Scopes) }

// Tombstones returns up to limit revocations and restorations numbered above after,
// and where the sequence stands. Of each DID there is the last one alone.
func (r *Registrar) Tombstones(ctx context.Context, after int64, limit int) (all []Tombstone, head Head, err error) {
	err = r.cfg.Store.View(ctx, func(read Reader) (err error) {
		if head, err = read.Head(); err != nil {
			return err
		}
		all, err = read.Tombstones(after, limit)
		return err
	})
	return all, head, err
}
