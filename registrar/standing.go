package registrar

import (
	"context"

	"github.com/getbindu/bindu-go/identity/did"
)

// Standing reports whether a DID is registered, and whether it is revoked. One that
// was never registered may be revoked; who is revoked is not registered. Errors:
// [ErrStorage].
func (r *Registrar) Standing(ctx context.Context, d did.DID) (registered, revoked bool, err error) {
	err = r.cfg.Store.View(ctx, func(read Reader) error {
		t, err := read.Tombstone(d)
		if err != nil {
			return err
		}
		c, err := read.Client(d)
		if err != nil {
			return err
		}
		revoked = t != nil && t.Revoked
		registered = !revoked && c != nil && c.Document != nil
		return nil
	})
	return registered && err == nil, revoked, err
}
