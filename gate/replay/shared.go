package replay

import (
	"context"
	"errors"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
)

// Ledger remembers keys for several processes. Use returns nil exactly once for each key
// until expires, [gate.ErrReplayed] after that, [gate.ErrStale] when expires has passed by
// the ledger's clock and a [*gate.RecoveringError] for a key of a time of which something
// may be missing. Any other error is [ErrUnavailable], and the key may count as used.
type Ledger interface {
	Use(ctx context.Context, key [16]byte, expires time.Time) error
}

// Shared is a [gate.ReplayStore] for one of several processes: what was admitted is in the
// ledger, which all of them ask. What this one admitted it remembers by itself, too: that is
// refused without asking, and bounds what an owner makes it put there.
type Shared struct {
	here   *Memory
	ledger Ledger
}

var _ gate.UsedStore = (*Shared)(nil)

// NewShared returns a store over a ledger. perOwner and total bound what this process
// admits, as in [NewMemory].
func NewShared(ledger Ledger, now func() time.Time, perOwner, total int64) *Shared {
	return &Shared{here: NewMemory(now, perOwner, total), ledger: ledger}
}

// Use implements [gate.ReplayStore]. It asks the ledger once.
func (s *Shared) Use(ctx context.Context, owner did.DID, key string, expires time.Time) error {
	id, fp := identify(owner, key)
	e := entry{owner: id, key: fp, expires: expires.Unix()}
	if err := s.here.set.use(e, s.here.now()); err != nil {
		return err
	}
	err := s.ledger.Use(ctx, fp, expires)
	if err != nil && !errors.Is(err, gate.ErrReplayed) {
		s.here.set.undo(e)
	}
	return err
}

// Used implements [gate.UsedStore]: whether this process knows the key.
func (s *Shared) Used(ctx context.Context, owner did.DID, key string) bool {
	return s.here.Used(ctx, owner, key)
}
