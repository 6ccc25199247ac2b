package gate

import (
	"errors"
	"net/http"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/internal/lease"
)

// errLapsed is what a handler gets whose answer was refused in its place.
var errLapsed = errors.New("gate: the caller is not proved any more")

// Check reports whether what admitted the request that w answers is still true. A
// handler that answers for longer asks before each thing that it writes, and ends or
// waits with an error: see [ErrUnknown] and [*Ended].
func Check(w http.ResponseWriter) error { return lease.Check(w) }

// ErrUnknown is the error of [Check] while an authority does not answer.
var ErrUnknown = lease.ErrUnknown

// Ended is the error of [Check] when a proof is not true any more.
type Ended = lease.Ended

// lasting are the gates that have to admit a request for as long as it is answered.
// Its timestamp is that of its beginning.
func (c *Chain) lasting() []gate {
	return []gate{
		{"token", c.tokenVerdict},
		{"certificate", c.certificate},
		{"agreement", c.agreement},
		{"policy", c.lastingPolicy},
		{"scope", c.scope},
	}
}

// leasedPiece is how much of an answer is handed on between two looks, in bytes: a
// frame of HTTP/2, and a record of TLS.
const leasedPiece = 16 << 10

// unknowing are the reasons that say nothing about the caller.
var unknowing = map[Reason]bool{TokenUnavailable: true, TokenInvalidReply: true, RateLimited: true, KeyLookup: true}

// renew looks at the proofs of an admitted request again.
func (c *Chain) renew(x *exchange) *Denial {
	now := c.cfg.Now()
	if age := now.Sub(x.proved); age >= 0 && age < ProofAge {
		return nil
	}
	x.now = now
	name, expiry := x.caller.Name(), x.caller.Claims.ExpiresAt
	for _, g := range c.whole {
		d := g.check(x)
		if d == nil {
			continue
		}
		if unknowing[d.Reason] && x.token != "" && !expiry.IsZero() && !now.Before(expiry) {
			d = deny(TokenExpired, d) // whoever is asked would say so
		}
		d.gate = g.name
		return d
	}
	if x.caller.Name() != name {
		d := deny(IdentityMismatch, errNameChanged)
		d.gate = "agreement"
		return d
	}
	x.proved = now
	return nil
}

// CheckLease implements [lease.Holder].
func (w *response) CheckLease() error {
	if w.chain == nil {
		return nil
	}
	d := w.chain.renew(w.of)
	if d == nil {
		w.last = 0
		return nil
	}
	w.last = leasedPiece // a sign of life, or why it ends
	if unknowing[d.Reason] {
		return ErrUnknown
	}
	w.chain.decide(w.of, w.chain.event(w.of, audit.Refused, d.gate, d))
	return &Ended{Reason: string(d.Reason), Gate: d.gate}
}

// stillDenied is why nothing may be written now; nil while the proofs are true, or young
// enough while an authority cannot say.
func (c *Chain) stillDenied(x *exchange) *Denial {
	d := c.renew(x)
	if d != nil && unknowing[d.Reason] && x.now.Sub(x.proved) <= lease.MaxAge {
		return nil
	}
	return d
}

// goesOn reports whether n more bytes of an answer that has begun may be written. If not,
// it is cut off. Who was told so by [Check] may say so to its reader.
func (w *response) goesOn(n int) bool {
	if w.chain == nil {
		return true
	}
	if w.last > 0 && n <= w.last {
		w.last -= n
		return true
	}
	d := w.chain.stillDenied(w.of)
	if d == nil {
		return true
	}
	w.lapsed, w.cut = true, true
	w.chain.decide(w.of, w.chain.event(w.of, audit.Refused, d.gate, d))
	return false
}

// admitted reports whether an answer may begin. If not, the caller is told why
// instead, and nothing that the handler writes.
func (w *response) admitted() bool {
	if w.chain == nil || w.begun() {
		return !w.lapsed
	}
	c, x := w.chain, w.of
	d := c.stillDenied(x)
	if d == nil {
		return true
	}
	w.chain = nil
	id := w.Header().Get("X-Request-Id")
	clear(w.Header())
	w.Header().Set("X-Request-Id", id)
	d.id = x.envelope.ID
	c.refuse(x, d.gate, d)
	w.lapsed = true
	return false
}
