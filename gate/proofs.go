package gate

import (
	"errors"
	"time"

	"github.com/getbindu/bindu-go/audit"
)

// ProofAge is how long after the proofs were looked at a request goes on
// without another look. What a verifier remembers may have its own age, so that
// of a revoked token the two together count.
const ProofAge = 100 * time.Millisecond

var errNameChanged = errors.New("the proofs name another caller than when the request began")

// proofs are the gates whose outcome changes with time, in their order.
func (c *Chain) proofs() []gate {
	return []gate{
		{"token", c.tokenVerdict},
		{"certificate", c.certificate},
		{"agreement", c.agreement},
		{"policy", c.lastingPolicy},
		{"timestamp", c.timestamp},
	}
}

// stillProved looks at the earlier proofs again when time has passed since: a
// body, an authority or a disk may have taken long, and meanwhile the token was
// revoked, the certificate ended or the operator's list changed. The gate that
// refuses is named as such.
func (c *Chain) stillProved(x *exchange) *Denial {
	now := c.cfg.Now()
	if age := now.Sub(x.now); age >= 0 && age < ProofAge {
		return nil
	}
	x.now = now
	name := x.caller.Name()
	for _, g := range c.again {
		if d := g.check(x); d != nil {
			d.gate = g.name
			return d
		}
	}
	if x.caller.Name() != name { // what was charged and signed is not what is named now
		d := deny(IdentityMismatch, errNameChanged)
		d.gate = "agreement"
		return d
	}
	return nil
}

// lastLook is the same once more, right before the request is admitted. What a token
// permits may have changed with it.
func (c *Chain) lastLook(x *exchange) *Denial {
	if d := c.stillProved(x); d != nil {
		return d
	}
	d := c.scope(x)
	if d != nil {
		d.gate = "scope"
	}
	return d
}

// warn records what passes only because a setting allows it, once for each
// request however often it is looked at.
func (c *Chain) warn(x *exchange, gate string, reason Reason, cause error) {
	if x.warned[reason] {
		return
	}
	if x.warned == nil {
		x.warned = make(map[Reason]bool, 1)
	}
	x.warned[reason] = true
	c.cfg.Recorder.Record(x.r.Context(), c.event(x, audit.Warned, gate, &Denial{Reason: reason, Cause: cause}))
}
