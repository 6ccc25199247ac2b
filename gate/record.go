package gate

import (
	"cmp"
	"net/http"
	"runtime/debug"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// aborted is the outcome of a request whose handler gave up: its answer is cut off.
const aborted = "aborted"

// serve hands the request to its handler. Its context has the outcome, in which
// the handler says what became of it.
func (x *exchange) serve(r *http.Request) {
	x.served = true
	x.route.Handler.ServeHTTP(x.w, r)
	if x.w.cut {
		panic(http.ErrAbortHandler) // an error to the reader, whatever of the answer it has
	}
	x.w.begin(http.StatusOK) // as net/http does for a handler that wrote nothing
}

// finish records the request when nothing more will be written to its caller,
// and answers for a panic.
func (c *Chain) finish(x *exchange) {
	v := recover()
	if v == nil && !x.w.complete() {
		v = http.ErrAbortHandler
	}
	switch {
	case v == nil:
		c.conclude(x)
	case v == http.ErrAbortHandler:
		x.outcome.Reason = cmp.Or(x.outcome.Reason, aborted)
		c.conclude(x)
		panic(v)
	default:
		d := deny(Internal, &panicError{v, debug.Stack()})
		d.id = x.envelope.ID
		c.refuse(x, "handler", d)
		if !x.w.complete() {
			panic(http.ErrAbortHandler)
		}
	}
}

// conclude records what the handler made of the request. What everybody may read
// is no decision, unless it was refused.
func (c *Chain) conclude(x *exchange) {
	o := x.outcome
	switch {
	case !x.served:
	case o.Gate != "":
		c.decide(x, c.refusal(x, o.Gate, &Denial{Reason: Reason(o.Reason), Cause: o.Cause}))
	case !x.public:
		e := c.event(x, audit.Admitted, "", nil)
		e.Outcome = o.Reason
		c.decide(x, e)
	}
}

// decide records the decision about a request, which is made once.
func (c *Chain) decide(x *exchange, e audit.Event) {
	if x.decided {
		return
	}
	x.decided = true
	e.Status = cmp.Or(x.w.status, e.Status)
	e.Duration = c.cfg.Now().Sub(x.began)
	c.cfg.Recorder.Record(x.r.Context(), e)
}

func (c *Chain) refusal(x *exchange, gate string, d *Denial) audit.Event {
	e := c.event(x, audit.Refused, gate, d)
	e.Status = d.answer().Status()
	return e
}

func (c *Chain) event(x *exchange, d audit.Decision, gate string, denial *Denial) audit.Event {
	e := audit.Event{
		Decision: d, Gate: gate, RequestID: x.outcome.RequestID,
		DID: c.nameOf(x), Method: x.envelope.Method, Remote: x.r.RemoteAddr,
	}
	if denial != nil {
		e.Reason, e.Cause = string(denial.Reason), denial.Cause
	}
	return e
}

// nameOf is the caller as far as anything proved it.
func (c *Chain) nameOf(x *exchange) string {
	if name := x.provedName(); name != "" {
		return name
	}
	return c.connectionName(x)
}

// connectionName is the name in the certificate of the connection, where a gate
// before that of certificates decided: a token that is refused has none. The
// handshake proved it.
func (c *Chain) connectionName(x *exchange) string {
	if c.cfg.Mode == ModeOff || x.r.TLS == nil {
		return ""
	}
	name, err := mtls.PeerDID(x.r.TLS, c.cfg.Issuer)
	if err != nil {
		return ""
	}
	return name.String()
}

// provedName is the caller as far as it was proved.
func (x *exchange) provedName() string {
	if !x.caller.DID.IsZero() {
		return x.caller.Name()
	}
	return cmp.Or(x.certDID.String(), x.tokenDID.String(), x.caller.Name())
}
