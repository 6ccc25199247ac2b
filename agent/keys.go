package agent

import (
	"context"
	"crypto/ed25519"
	"errors"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// errNotPinned: without Hydra only pinned keys are known.
var errNotPinned = errors.New("no key is pinned for this DID, and there is no Hydra to ask")

// pinnedKeys are all keys that are known where there is no Hydra.
type pinnedKeys map[did.DID]ed25519.PublicKey

// PublicKey implements [gate.KeyResolver].
func (p pinnedKeys) PublicKey(_ context.Context, d did.DID) (ed25519.PublicKey, error) {
	if key, ok := p[d]; ok {
		return key, nil
	}
	return nil, errNotPinned
}

// keyResolver finds the keys of callers; remembered is nil where no memory is kept.
func (a *Agent) keyResolver(at authority, remembered *keyMemory, revoked *revocations) (gate.KeyResolver, gate.KeyMemory, error) {
	pins, err := configs.Pins(a.opts.Settings)
	pinned := pinnedKeys(pins)
	if err != nil || at == nil {
		return pinned, nil, err
	}
	resolver := at.keyResolver(hydra.KeyResolverOptions{Pinned: pinned})
	a.onStop(func(context.Context) error { resolver.Close(); return nil })
	revoked.keep(resolver)
	if remembered == nil {
		return resolver, nil, nil
	}
	remembered.resolver.Store(resolver)
	known := knownKeys{resolver, remembered.Memory, pinned}
	return known, known, nil
}
