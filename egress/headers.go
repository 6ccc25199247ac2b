package egress

import (
	"net/http"
	"slices"
	"strings"
)

// asked are the headers of a request that are passed on, and answered those of an answer.
// Nothing else is: neither what goes from hop to hop, nor credentials, nor proofs, nor
// what a header's name will mean to somebody one day.
var (
	asked = []string{
		"Accept", "Accept-Language", "Content-Type", "Last-Event-Id",
		"A2a-Version", "A2a-Extensions", "X-A2a-Extensions",
		"Traceparent", "Tracestate",
		"Grpc-Timeout",
		"Mcp-Session-Id", "Mcp-Protocol-Version", "Mcp-Method", "Mcp-Name",
	}
	answered = []string{
		"Content-Type", "Content-Language", "Cache-Control", "Etag", "Last-Modified", "Allow", "Retry-After",
		"A2a-Version", "A2a-Extensions", "X-A2a-Extensions", "X-Request-Id",
		"Grpc-Status", "Grpc-Message", "Grpc-Status-Details-Bin", "Grpc-Encoding",
		"Mcp-Session-Id", "Mcp-Protocol-Version",
	}
	// askedBeginnings are those of further headers of a request: arguments of tools of MCP.
	askedBeginnings = []string{"Mcp-Param-"}
	// trailing are the trailers that are passed on.
	trailing = []string{"Grpc-Status", "Grpc-Message", "Grpc-Status-Details-Bin"}
)

// Headers of every answer that is passed on: who gave it, and what proves that beside the
// certificate.
const (
	headerDID   = "X-Egress-Peer-Did"
	headerProof = "X-Egress-Answer"
)

// copyListed copies headers of a list.
func copyListed(to, from http.Header, names []string) {
	for _, name := range names {
		if values, ok := from[name]; ok {
			to[name] = values
		}
	}
}

// copyAsked copies the headers of a request that are passed on.
func copyAsked(to, from http.Header) {
	copyListed(to, from, asked)
	for name, values := range from {
		if slices.ContainsFunc(askedBeginnings, func(b string) bool { return strings.HasPrefix(name, b) }) {
			to[name] = values
		}
	}
}

// isDoubled reports a header that must not be there twice: two readers would read it
// differently.
func isDoubled(h http.Header) bool {
	for _, name := range []string{"Content-Type", "A2a-Version", "Mcp-Session-Id", HeaderSecret, HeaderPeer, "Authorization", "Proxy-Authorization"} {
		if len(h.Values(name)) > 1 {
			return true
		}
	}
	return false
}

// isEncoded reports a body in another form than its content type says.
func isEncoded(h http.Header) bool {
	e := strings.TrimSpace(h.Get("Content-Encoding"))
	return e != "" && !strings.EqualFold(e, "identity")
}
