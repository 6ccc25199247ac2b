package registrar

import (
	"context"
	"crypto/ed25519"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// Standing reports whether a DID is registered, and whether it is revoked. One that
// was never registered may be revoked; who is revoked is not registered. Errors:
// [ErrStorage].
func (r *Registrar) Standing(ctx context.Context, d did.DID) (registered, revoked bool, err error) {
	err = r.cfg.Store.View(ctx, func(read Reader) (err error) {
		registered, revoked, err = standing(read, d)
		return err
	})
	return registered && err == nil, revoked, err
}

// TokensEnded reports whether there may be tokens of a DID, good by their signature, that
// were obtained by what was ended since: its secret was and it has no other, or that was
// less than a token's life ago, or its restoration, which its revocation came before.
// Errors: [ErrStorage].
func (r *Registrar) TokensEnded(ctx context.Context, d did.DID) (ended bool, err error) {
	err = r.cfg.Store.View(ctx, func(read Reader) error {
		t, err := read.Tombstone(d)
		if err != nil {
			return err
		}
		c, err := read.Client(d)
		since := r.cfg.Now().Add(-MaxTokenLifetime)
		ended = t != nil && !t.At.Before(since) ||
			c != nil && (c.SecretEnded || !c.EndedAt.Before(since) || !c.RemovedAt.Before(since))
		return err
	})
	return ended && err == nil, err
}

func standing(read Reader, d did.DID) (registered, revoked bool, err error) {
	t, err := read.Tombstone(d)
	if err != nil {
		return false, false, err
	}
	c, err := read.Client(d)
	if err != nil {
		return false, false, err
	}
	revoked = t != nil && t.Revoked
	return !revoked && c != nil && c.Document != nil && !c.SecretEnded, revoked, nil
}

// registeredWith refuses a DID that is not registered at this moment, or with another
// key. Who has proved its key may know why.
func registeredWith(read Reader, d did.DID, key ed25519.PublicKey, now time.Time) error {
	registered, revoked, err := standing(read, d)
	if err != nil {
		return err
	}
	keys, err := countingKeys(read, d, now)
	switch {
	case err != nil:
		return err
	case !hasKey(keys, key):
		return refuse(refusal.CryptoMismatch, errOtherKey)
	case revoked:
		return refuse(Revoked, nil)
	case !registered:
		return notRegistered(read, d)
	}
	return nil
}

// notRegistered says why somebody who has proved its key is not registered.
func notRegistered(read Reader, d did.DID) error {
	c, err := read.Client(d)
	if err != nil {
		return err
	}
	if c != nil && c.SecretEnded {
		return refuse(SecretEnded, nil)
	}
	return refuse(NotRegistered, nil)
}

// admitted is for what only a registered agent may ask, each request once. fn may be nil.
func (r *Registrar) admitted(ctx context.Context, p proof, fn func(tx Tx, now time.Time) error) error {
	return r.decide(ctx, p, false, func(tx Tx, now time.Time) error {
		err := registeredWith(tx, p.did, p.key, now)
		if err != nil || fn == nil {
			return err
		}
		return fn(tx, now)
	})
}
