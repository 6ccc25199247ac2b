package replay

import (
	"context"

	"github.com/getbindu/bindu-go/identity/did"
)

// Used implements [gate.UsedStore].
func (m *Memory) Used(_ context.Context, owner did.DID, key string) bool {
	return m.set.knows(identify(owner, key))
}

// Used implements [gate.UsedStore]. It does not wait for the disk.
func (s *Store) Used(_ context.Context, owner did.DID, key string) bool {
	return s.set.knows(identify(owner, key))
}

// knows reports whether use would find the key used.
func (s *set) knows(owner ownerID, key fingerprint) bool {
	sh := s.shardOf(owner)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return sh.holds(key)
}
