package registrar

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"slices"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// proof is who signed a request, and by what it is known again. The key may be another
// than the DID's.
type proof struct {
	did    did.DID
	key    ed25519.PublicKey
	nonce  string
	signed time.Time
}

// decide runs fn in a transaction over what belongs to the DID, unless the request was
// seen before; in a second round about the same request it was, by us. What fn refuses
// is no reason to forget that.
func (r *Registrar) decide(ctx context.Context, p proof, secondRound bool, fn func(tx Tx, now time.Time) error) error {
	var decided error
	err := r.cfg.Store.Change(ctx, func(tx Tx) error {
		now := r.cfg.Now()
		if err := tx.Lock(p.did); err != nil {
			return err
		}
		if !secondRound {
			if err := r.remember(tx, p, now); err != nil {
				return err
			}
		}
		decided = fn(tx, now)
		if _, refused := errors.AsType[*Refusal](decided); refused || errors.Is(decided, errWaits) {
			return nil
		}
		return decided
	})
	if err == nil {
		err = decided
	}
	return err
}

// remember refuses a request that was seen before, whatever became of it. The clocks
// of two replicas may differ by a window.
func (r *Registrar) remember(tx Tx, p proof, now time.Time) error {
	fresh, err := tx.Remember(p.key, p.nonce, p.signed.Add(2*r.cfg.Window), now)
	if err == nil && !fresh {
		err = refuse(refusal.Replayed, nil)
	}
	return err
}

// countingKeys returns the keys of a DID that count at a time, the oldest first.
func countingKeys(read Reader, d did.DID, now time.Time) (counting []ed25519.PublicKey, err error) {
	all, err := read.Keys(d)
	for _, k := range all {
		if k.counts(now) {
			counting = append(counting, k.Public)
		}
	}
	return counting, err
}

func hasKey(keys []ed25519.PublicKey, key ed25519.PublicKey) bool {
	return slices.ContainsFunc(keys, func(k ed25519.PublicKey) bool { return bytes.Equal(k, key) })
}
