package gate

import (
	"net/http"
	"slices"
	"strings"
)

// wholeServer tells whether a request is about the server, not about one of its
// paths: the asterisk, which is what OPTIONS may ask for, and CONNECT to an
// authority (RFC 9112 sections 3.2.3 and 3.2.4). net/http also hands the preface
// of HTTP/2 on as such a request when it comes over HTTP/1.
func wholeServer(r *http.Request, path string) bool {
	return path == "*" || path == "" && (r.Method == http.MethodConnect || r.Method == http.MethodOptions)
}

// refuseWholeServer answers with the methods that one or another path takes.
func (c *Chain) refuseWholeServer() *Denial {
	var methods []string
	for _, routes := range []map[string]Route{c.cfg.Public, c.cfg.Protected} {
		for _, route := range routes {
			methods = append(methods, route.methods()...)
		}
	}
	slices.Sort(methods)
	return &Denial{Reason: MethodNotAllowed, Allow: strings.Join(slices.Compact(methods), ", ")}
}
