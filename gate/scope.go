package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// strictJSON reads the envelope of the verified bytes; the handler is given
// the same reading, so that what was authorised is what is dispatched.
func (c *Chain) strictJSON(x *exchange) *Denial {
	switch {
	case x.route.MCP:
		return c.strictMCP(x)
	case x.route.GRPC:
		return c.strictMessage(x)
	case x.route.Calls != nil:
		return c.strictParams(x)
	}
	envelope, err := jsonrpc.Parse(x.body, c.cfg.Limits.JSONDepth)
	if err != nil {
		d := deny(Reason(jsonrpc.Refusal(err).Word()), nil)
		d.place = refusal.Envelope
		if d.Reason == JSONTooDeep {
			d.Hint = c.depthHint()
		}
		d.id = envelope.ID
		return d
	}
	x.envelope = envelope
	return nil
}

// strictParams does the same for a body without an envelope, whose route has said
// which method is called.
func (c *Chain) strictParams(x *exchange) (d *Denial) {
	var err error
	if x.envelope.Params, err = jsonrpc.ParseParams(x.body, c.cfg.Limits.JSONDepth); err == nil {
		return nil
	}
	d = deny(Reason(jsonrpc.ParamsRefusal(err).Word()), nil)
	d.place = refusal.Parameters
	if d.Reason == JSONTooDeep {
		d.Hint = c.depthHint()
	}
	return d
}

func (c *Chain) depthHint() string {
	return fmt.Sprintf("Send flatter JSON: this agent reads at most %d levels.", c.cfg.Limits.JSONDepth)
}

// wanted are the permissions of which one is needed for a method at a route.
func (c *Config) wanted(r Route, method string) (wanted []string, ok bool) {
	table := c.Permissions
	if r.Permissions != nil {
		table = r.Permissions
	}
	if wanted, ok = table[method]; ok || r.Otherwise == nil {
		return wanted, ok
	}
	return r.Otherwise, true
}

// scope wants one of the permissions of the method. There is no switch that
// turns it off, and a method without permissions is not served.
func (c *Chain) scope(x *exchange) *Denial {
	method := x.envelope.Method
	wanted, ok := c.cfg.wanted(x.route, method)
	if !ok {
		d := deny(MethodUnknown, nil)
		d.id = x.envelope.ID
		return d
	}
	if slices.ContainsFunc(wanted, x.caller.HasScope) {
		return nil
	}
	d := deny(ScopeInsufficient, nil)
	d.Permission = strings.Join(wanted, " ")
	d.Hint = method + " needs the permission " + strings.Join(wanted, " or ") + "; grant it to the caller's client."
	return d
}
