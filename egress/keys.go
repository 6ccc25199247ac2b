package egress

import (
	"context"
	"crypto/ed25519"

	"github.com/getbindu/bindu-go/identity/did"
)

// Keys returns what finds the keys of peers: the listed ones, and behind them those that
// next finds.
func (p *Peers) Keys(next func(context.Context, did.DID) (ed25519.PublicKey, error)) func(context.Context, did.DID) (ed25519.PublicKey, error) {
	return func(ctx context.Context, d did.DID) (ed25519.PublicKey, error) {
		for _, entry := range p.listed.Load().byName {
			if entry.DID == d && entry.Key != nil {
				return entry.Key, nil
			}
		}
		return next(ctx, d)
	}
}
