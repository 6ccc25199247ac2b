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

// keyResolver finds the keys of callers. The memory is nil where none is kept.
func (a *Agent) keyResolver() (gate.KeyResolver, gate.KeyMemory, error) {
	pins, err := configs.Pins(a.set)
	pinned := pinnedKeys(pins)
	if err != nil || !configs.UsesHydra(a.set) {
		return pinned, nil, err
	}
	keys := hydra.NewKeyResolver(a.hydraConfig(), hydra.KeyResolverOptions{Pinned: pinned})
	a.keys.Store(keys)
	a.onStop(func(context.Context) error { keys.Close(); return nil })
	if a.keyMemory == nil {
		return keys, nil, nil
	}
	known := knownKeys{keys, a.keyMemory, pinned}
	return known, known, nil
}
