package gate

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/route"
)

// Route is what a path answers.
type Route struct {
	// Methods are the HTTP methods taken; GET includes HEAD.
	Methods []string
	// Calls takes the place of Methods where the body of a request is no JSON-RPC
	// request but parameters alone, or nothing: it says by its HTTP method which method
	// it stands for. HEAD has to be named like the others. Refusals are a
	// google.rpc.Status there (A2A 1.0 section 11.6). Such a route is found with a segment
	// before its path, too, where A2A 1.0 has a tenant: the handler gets that as the
	// variable "tenant".
	Calls map[string]string
	// GRPC is true where the body is a message of gRPC in a frame. Calls then has POST
	// alone, with a method of A2A 1.0: its parameters are what the message is in JSON.
	GRPC bool
	// MCP is true where the body of a POST is a message of the Model Context Protocol. Calls
	// then has POST, GET and DELETE, with what requests are called that call no method of it
	// themselves ([mcpwire.MethodAnswer] and so on). The handler finds the message in the
	// context ([mcpwire.FromContext]), and the headers of the protocol.
	MCP bool
	// Permissions, unless nil, take the place of [Config.Permissions] here. Otherwise are
	// those of which one is needed for a method that they do not name; nil refuses it.
	Permissions Permissions
	Otherwise   []string
	Handler     http.Handler
	// Unbound is true where a signature that names neither method nor target will
	// do: clients of the Python reference make no other. Every other route takes
	// only those that cover all of a request.
	Unbound bool
}

// takes reports whether a route takes an HTTP method.
func (r Route) takes(method string) bool {
	if r.Calls != nil {
		return r.Calls[method] != ""
	}
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return slices.Contains(r.Methods, method)
}

// methods are those that a route takes, in the order of the header Allow.
func (r Route) methods() []string {
	if r.Calls != nil {
		return slices.Sorted(maps.Keys(r.Calls))
	}
	if slices.Contains(r.Methods, http.MethodGet) {
		return append(slices.Clone(r.Methods), http.MethodHead)
	}
	return r.Methods
}

// form is how requests of a route are answered.
func (r Route) form() jsonrpc.Form {
	switch {
	case r.GRPC:
		return jsonrpc.GRPC
	case r.Calls != nil && !r.MCP:
		return jsonrpc.Bare
	}
	return jsonrpc.Enveloped
}

// checkRoutes reports each route that would be found by two paths, or that nobody
// can call.
func (c *Config) checkRoutes() (errs []error) {
	fault := func(path, why string) { errs = append(errs, fmt.Errorf("%w: %s: %s", errConfig, path, why)) }
	protected, err := route.New(c.Protected)
	if err != nil {
		return []error{fmt.Errorf("%w: protected routes: %w", errConfig, err)}
	}
	for path, public := range c.Public {
		if _, _, both := protected.Find(path); both {
			fault(path, "a path is both public and protected")
		}
		if public.Calls != nil {
			fault(path, "what is public calls no method")
		}
	}
	for path, r := range c.Protected {
		if r.Calls != nil && (r.Methods != nil || r.Unbound) {
			fault(path, "a route that calls methods takes no other, and only signatures that bind")
		}
		if !r.messages() {
			fault(path, "gRPC calls one method of A2A 1.0, by POST")
		}
		if r.MCP && !r.speaksMCP() {
			fault(path, "MCP takes POST, GET and DELETE")
		}
		for _, method := range r.Calls {
			if wanted, _ := c.wanted(r, method); len(wanted) == 0 {
				fault(path, "the method has no permission: "+method)
			}
		}
	}
	return errs
}

// routing finds the route by the escaped path: no cleaning, no decoding, so that
// no spelling of a public path reaches a protected one or the reverse.
func (c *Chain) routing(x *exchange) *Denial {
	path := x.r.URL.EscapedPath()
	if wholeServer(x.r, path) {
		return c.refuseWholeServer()
	}
	var found bool
	if x.route, x.public, found = c.find(x, path); !found || !isPath(x.r) || x.route.GRPC && strings.Contains(x.r.RequestURI, "?") {
		return deny(c.unlisted(path), nil)
	}
	if !x.route.takes(x.r.Method) {
		return &Denial{Reason: MethodNotAllowed, Allow: strings.Join(x.route.methods(), ", ")}
	}
	if x.public {
		x.r.Body = http.MaxBytesReader(x.w, x.r.Body, publicBodyBytes)
		return nil
	}
	if x.route.MCP {
		return mcpHeaders(x)
	}
	x.envelope.Method = x.route.Calls[x.r.Method]
	if x.route.GRPC {
		return messageHeaders(x.r)
	}
	return contentHeaders(x.r.Header, x.route.Calls != nil && x.r.ContentLength == 0)
}

// isPath reports a target that begins with its path. A whole URL has a place in HTTP/1.1
// alone (RFC 9112 section 3.2.2; RFC 9113 section 8.3.1 knows none), and who filters by the
// path of HTTP/2 would see another one than we.
func isPath(r *http.Request) bool {
	return r.ProtoMajor < 2 || strings.HasPrefix(r.RequestURI, "/")
}

// find returns the route at a path, and notes what the path says.
func (c *Chain) find(x *exchange, path string) (r Route, public, found bool) {
	if r, public = c.cfg.Public[path]; public {
		return r, true, true
	}
	if r, x.says, found = c.protected.Find(path); found {
		return r, false, true
	}
	if r, x.says, found = c.protected.FindBehind(tenant, path); found && r.form() == jsonrpc.Bare {
		return r, false, true
	}
	x.says = nil
	return Route{}, false, false
}

// tenant is the variable of a path for what clients of A2A 1.0 set before it.
const tenant = "tenant"

// beside reports whether a path that is not there is that of a client of HTTP+JSON: one
// beside its routes, or of who says so.
func (c *Chain) beside(r *http.Request, path string) bool {
	first := strings.ToLower(strings.TrimLeft(path, "/"))
	if end := strings.IndexAny(first, "/:%;."); end >= 0 {
		first = first[:end]
	}
	return c.bareRoots[first] || jsonrpc.SaysA2A(r)
}

// bareRoots are how the paths of HTTP+JSON begin, in small letters.
func bareRoots(routes map[string]Route) map[string]bool {
	roots := make(map[string]bool)
	for path, r := range routes {
		if r.form() != jsonrpc.Bare {
			continue
		}
		first := strings.ToLower(strings.TrimPrefix(path, "/"))
		if end := strings.IndexAny(first, "/:"); end >= 0 {
			first = first[:end]
		}
		roots[first] = true
	}
	return roots
}

// formOf is how a request is refused, also one that no gate has found a route for. Who
// speaks gRPC reads nothing else, and who does not cannot read that.
func (c *Chain) formOf(x *exchange) jsonrpc.Form {
	if speaksGRPC(x.r) {
		return jsonrpc.GRPC
	}
	r, path := x.route, x.r.URL.EscapedPath()
	if r.Handler == nil {
		r, _, _ = c.find(x, path)
	}
	if r.GRPC || r.Handler == nil && c.beside(x.r, path) {
		return jsonrpc.Bare
	}
	return r.form()
}

// unlisted is why no route answers at path.
func (c *Chain) unlisted(path string) Reason {
	for beginning, reason := range c.cfg.Unlisted {
		if strings.HasPrefix(path, beginning) {
			return reason
		}
	}
	return NotFound
}

// publicBodyBytes is all that /did/resolve needs, and what a negotiation gets.
const publicBodyBytes = 4 << 10
