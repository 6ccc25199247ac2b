package gate

import (
	"errors"
	"net/http"
	"slices"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/mcpwire"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// speaksMCP reports whether a route takes what clients of MCP send.
func (r Route) speaksMCP() bool {
	methods := []string{http.MethodPost, http.MethodGet, http.MethodDelete}
	return !r.GRPC && len(r.Calls) == len(methods) &&
		!slices.ContainsFunc(methods, func(m string) bool { return r.Calls[m] == "" })
}

// mcpHeaders accepts JSON by POST, and each header of the protocol once.
func mcpHeaders(x *exchange) *Denial {
	if name := mcpwire.Doubled(x.r.Header); name != "" {
		d := deny(DuplicateHeader, errors.New("header "+name))
		d.Hint = "Send each header of MCP, and Last-Event-ID, once."
		return d
	}
	if x.r.Method == http.MethodPost {
		return contentHeaders(x.r.Header, false)
	}
	x.envelope.Method = x.route.Calls[x.r.Method]
	return contentHeaders(x.r.Header, x.r.ContentLength == 0)
}

// strictMCP reads the message of a body, so that what is authorised here is what any
// server reads.
func (c *Chain) strictMCP(x *exchange) *Denial {
	if x.r.Method != http.MethodPost {
		x.message.Envelope = x.envelope
		if len(x.body) == 0 {
			return nil
		}
		d := deny(JSONMalformed, nil)
		d.place, d.Hint = refusal.MCP, "Send no body with GET and DELETE."
		return d
	}
	m, err := mcpwire.Parse(x.body, c.cfg.Limits.JSONDepth)
	if err == nil {
		if m.Method == mcpwire.MethodAnswer {
			m.Method = x.route.Calls[http.MethodPost]
		}
		x.message, x.envelope = m, m.Envelope
		return nil
	}
	return c.mcpDenial(m, err)
}

// mcpFaults are the words for errors of package mcpwire.
var mcpFaults = []struct {
	err    error
	reason Reason
	hint   string
}{
	{mcpwire.ErrOurs, MethodUnknown, "Methods that begin with mcp/ are none of the protocol."},
	{mcpwire.ErrAmbiguous, JSONDuplicateKey, "Spell the members of a message and of its params as the protocol does: other readers would take one for another."},
	{mcpwire.ErrLong, Reason(refusal.ParamsMalformed), "An id, a method and the name of a tool or prompt have at most 256 bytes, the uri of a resource at most 4096."},
	{mcpwire.ErrName, Reason(refusal.ParamsMalformed), "Name the tool or prompt, or the uri of the resource, as a text."},
}

func (c *Chain) mcpDenial(m mcpwire.Message, err error) *Denial {
	d := deny(Reason(jsonrpc.Refusal(err).Word()), nil)
	for _, f := range mcpFaults {
		if errors.Is(err, f.err) {
			d.Reason, d.Hint = f.reason, f.hint
		}
	}
	if d.Reason == JSONTooDeep {
		d.Hint = c.depthHint()
	}
	d.place, d.id = refusal.MCP, m.ID
	return d
}
