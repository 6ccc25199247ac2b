package gate

import (
	"context"
	"errors"
	"time"

	"github.com/getbindu/bindu-go/identity"
)

// Policy decides after all proofs about the caller and its request. A nil
// error admits; a [*Denial] is answered as it is; any other error refuses.
// release, which may be nil, is called when an admitted request is done.
type Policy interface {
	Decide(ctx context.Context, c identity.Caller, r Request) (release func(), err error)
}

// CallerPolicy is a [Policy] that can tell of some callers that it refuses them
// whatever they ask for, before their body is read and their signature verified:
// KeyBound and Scheme of c are not known yet. A nil error says nothing, any
// other is as one of Decide. It must charge nothing, and refuse nobody whom
// Decide would admit at that moment. It is asked again after Decide has charged
// the request: what that took is for a [QuotaPolicy] to tell, and not for it.
type CallerPolicy interface {
	Policy
	RefuseCaller(ctx context.Context, c identity.Caller) error
}

// QuotaPolicy is a [Policy] whose Decide charges the caller. Exhausted returns
// the error that Decide would for want of a quota, and charges nothing. It is
// asked before the body is read, and never once Decide has charged the request.
type QuotaPolicy interface {
	Policy
	Exhausted(ctx context.Context, c identity.Caller) error
}

// LastingPolicy is a [Policy] that judges an admitted request again, for as long as it
// is answered: rules change meanwhile, and what tokens say does. Of any other policy
// only what a [CallerPolicy] says of the caller counts while an answer is written.
type LastingPolicy interface {
	Policy
	// Lasting returns what judges r again, as Decide would at another moment, with what
	// is proved of the caller by then. It is asked once for a request, and keeps neither
	// Params nor Body. What it returns charges nothing, and is nil where nothing can
	// change.
	Lasting(r Request) func(ctx context.Context, c identity.Caller, now time.Time) error
}

// Request is what a [Policy] may know of a request.
type Request struct {
	// Method is the JSON-RPC method, or the one that a route stands for ([Route.Calls]).
	Method string
	// Params are the parameters of the method in the body, nil where it has none. What
	// path and query say is not among them. They must not be changed or kept.
	Params []byte
	// Body is the verified body. It must not be changed or kept.
	Body []byte
	// MCP is true for a message of the Model Context Protocol, in whose Params nothing names
	// a skill of A2A. Tool is the tool that it calls, "" if it calls none.
	MCP  bool
	Tool string
	// Time is when the request was judged.
	Time time.Time
}

// policy asks the operator's rules, if there are any.
func (c *Chain) policy(x *exchange) *Denial {
	if c.cfg.Policy == nil {
		return nil
	}
	release, err := c.cfg.Policy.Decide(x.r.Context(), x.caller, c.judged(x))
	if err == nil {
		x.charged = true
		x.hold(release)
		return nil
	}
	d := policyDenial(err)
	d.id = x.envelope.ID
	return d
}

// judged is what the policy may know of the request.
func (c *Chain) judged(x *exchange) Request {
	return Request{
		Method: x.envelope.Method, Params: x.envelope.Params, Body: x.body, Time: c.cfg.Now(),
		MCP: x.route.MCP, Tool: x.message.Tool,
	}
}

// lastingPolicy asks the rules of now whether they still admit a request that they have
// admitted: all of them, also those that read more than the caller.
func (c *Chain) lastingPolicy(x *exchange) *Denial {
	lasting, ok := c.cfg.Policy.(LastingPolicy)
	if !ok || !x.charged {
		return c.callerPolicy(x)
	}
	if !x.kept {
		x.kept, x.lasting = true, lasting.Lasting(c.judged(x))
	}
	if x.lasting == nil {
		return nil
	}
	// Whoever has hung up is not refused for that.
	if err := x.lasting(context.WithoutCancel(x.r.Context()), x.caller, x.now); err != nil {
		return policyDenial(err)
	}
	return nil
}

// callerPolicy asks for what the rules say about the caller, whatever it asks
// for: who is refused anyway makes nobody read its body. A request that is charged
// already is not judged by what is left after it.
func (c *Chain) callerPolicy(x *exchange) *Denial {
	if early, ok := c.cfg.Policy.(CallerPolicy); ok {
		if err := early.RefuseCaller(x.r.Context(), x.caller); err != nil {
			return policyDenial(err)
		}
	}
	if quotas, ok := c.cfg.Policy.(QuotaPolicy); ok && !x.charged {
		if err := quotas.Exhausted(x.r.Context(), x.caller); err != nil {
			return policyDenial(err)
		}
	}
	return nil
}

func policyDenial(err error) *Denial {
	if own, ok := errors.AsType[*Denial](err); ok {
		return own
	}
	return deny(PolicyDenied, err)
}
