package agent

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
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
	pinned, err := readPins(a.set.DID.PinnedKeys)
	if err != nil || !a.usesHydra() {
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

func readPins(texts map[string]string) (pinnedKeys, error) {
	pinned := make(pinnedKeys, len(texts))
	for name, text := range texts {
		d, err := did.Parse(name)
		if err != nil {
			return nil, fmt.Errorf("DID__PINNED_KEYS: %q: %w", name, err)
		}
		key, err := did.DecodePublicKey(text)
		if err != nil {
			return nil, fmt.Errorf("DID__PINNED_KEYS: key of %s: %w", d, err)
		}
		pinned[d] = key
	}
	return pinned, nil
}
