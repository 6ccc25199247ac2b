package gate

import (
	"errors"

	"github.com/getbindu/bindu-go/identity/did"
)

// rememberKey has the key of an admitted caller remembered. It is the last to be
// asked: nobody gets a key remembered for a DID without all its proofs, and who
// is refused takes no place in the memory.
func (c *Chain) rememberKey(x *exchange) *Denial {
	if c.cfg.Memory == nil || x.key == nil {
		return nil
	}
	err := c.cfg.Memory.Remember(x.r.Context(), x.caller.DID, x.key)
	if err == nil {
		return nil
	}
	d := deny(KeyNotRemembered, err)
	if errors.Is(err, did.ErrKeyChanged) {
		d.Reason = KeyChanged
	}
	d.RetryAfter, d.id = retryAfterUnavailable, x.envelope.ID
	return d
}
