package replay

import (
	"context"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
)

// Memory is a [gate.ReplayStore] that forgets when its process ends: a request
// admitted just before can be admitted again just after. [Store] does not.
type Memory struct {
	now func() time.Time
	set *set
}

var _ gate.UsedStore = (*Memory)(nil)

// NewMemory returns a store for at most total keys, of which one owner may
// hold perOwner while most is free, and fewer later; 0 is 30 % of all.
func NewMemory(now func() time.Time, perOwner, total int64) *Memory {
	return &Memory{now: now, set: newSet(perOwner, total)}
}

// Use implements [gate.ReplayStore].
func (m *Memory) Use(_ context.Context, owner did.DID, key string, expires time.Time) error {
	id, fp := identify(owner, key)
	return m.set.use(entry{owner: id, key: fp, expires: expires.Unix()}, m.now())
}
