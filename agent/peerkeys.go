package agent

import (
	"context"
	"crypto/ed25519"
	"errors"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/settings"
)

// registeredKey is [peer.Config.Keys].
type registeredKey func(context.Context, did.DID) (ed25519.PublicKey, error)

// peerKeys finds the keys of peers where those of callers are found: a peer without
// one is known by its certificate alone.
func peerKeys(callers gate.KeyResolver) registeredKey {
	return func(ctx context.Context, d did.DID) (ed25519.PublicKey, error) {
		key, err := callers.PublicKey(ctx, d)
		if errors.Is(err, hydra.ErrKeyUnavailable) || errors.Is(err, errNotPinned) {
			return nil, nil
		}
		return key, err
	}
}

// askedKeys is peerKeys for a command, which asks when it has to, and for one peer.
// Errors: those of [configs.Pins].
func askedKeys(set settings.Settings, notice Notice) (registeredKey, error) {
	pins, err := configs.Pins(set)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, d did.DID) (ed25519.PublicKey, error) {
		key, pinned := pins[d]
		if pinned || !configs.UsesHydra(set) {
			return key, nil
		}
		defer notice("asking " + AuthorityOf(set) + " for the key of " + d.String())()
		v, err := NewVerdicts(ctx, set)
		if err != nil {
			return nil, err
		}
		defer v.Close()
		resolver := v.KeyResolver()
		defer resolver.Close()
		return peerKeys(resolver)(ctx, d)
	}, nil
}
