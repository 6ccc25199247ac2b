package hostile

import (
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/probe"
)

// httpRows are A4 as far as our own gates answer.
func httpRows() []row {
	shape := func(status int) want { return want{status: status, code: -31400, gate: "shape"} }
	route := func(status int) want { return want{status: status, code: -31400, gate: "route"} }
	tooLarge, tooLong := shape(413), want{status: 413, code: -31400, gate: "body", reach: atToken, closed: true}
	tooLarge.closed = true
	return []row{
		{number: 86, reason: "payload_too_large", sent: "Content-Length of 2 MiB and one byte", want: tooLarge, cases: cases{
			"announced": announced("2097153"), "terabytes": announced("9223372036854775807"),
		}},
		{number: 87, reason: "payload_too_large", sent: "a chunked body of 3 MiB", want: tooLong, cases: cases{"chunked": chunked(3 << 20)}},
		{number: 88, reason: "content_encoding", sent: "a compressed body", want: route(415), cases: cases{
			"gzip": extra("Content-Encoding", "gzip"), "br": extra("Content-Encoding", "br"), "deflate": extra("Content-Encoding", "deflate"),
			"two": extra("Content-Encoding", "identity, gzip"), "unknown": extra("Content-Encoding", "x"),
		}},
		{number: 89, reason: "content_type", sent: "another media type than JSON in UTF-8", want: route(415), cases: cases{
			"none": header("Content-Type"), "text": header("Content-Type", "text/plain"), "utf-16": header("Content-Type", "application/json; charset=utf-16"),
			"form": header("Content-Type", "multipart/form-data; boundary=x"), "broken": header("Content-Type", "application/json; charset"), "json-seq": header("Content-Type", "application/json-seq"),
		}},
		{number: 91, reason: "target_too_long", sent: "a request target of more than 4 KiB", want: shape(414), cases: cases{
			"path": target("POST", "/"+strings.Repeat("a", 4096)), "query": target("POST", "/?"+strings.Repeat("a", 4096)), "public": target("GET", "/health?"+strings.Repeat("a", 5000)),
		}},
		{number: 98, reason: "not_found", sent: "another spelling of a public path", want: route(404), cases: paths(
			"/private/%2e%2e/health", "/private/../health", "/.well-known/%2e%2e/health", "/.well-known/../.well-known/agent.json", "/%2e/health", "/health%2f", "/health%2F..",
			"/health;x", "/health;x=/", "/health%00", "/health%20", "/health/", "/HEALTH", "//health", "/./health", "/%68ealth", "/.well-known//agent.json", "/.well-known%2fagent.json",
			"/.well-known/agent.json%23", "/.well-known\\agent.json", "/agent/info/..", "/metrics", "/readyz", "/debug/pprof/", "/%2f", "/%5chealth")},
		{number: 98, reason: "skill_not_found", sent: "another spelling of a skill's path, or of none", want: want{status: 404, code: -31400, gate: "route"}, cases: paths(
			"/agent/skills/absent", "/agent/skills/", "/agent/skills/callee/", "/agent/skills/CALLEE", "/agent/skills/%63allee", "/agent/skills/../skills/callee",
			"/agent/skills/callee/documentation", "/agent/skills/..%2f..%2fprivate.pem", "/agent/skills/callee/../../../.bindu/private.pem", "/agent/skills/callee%00")},
		{number: 98, reason: "auth_missing", sent: "the private path by detours a router might clean", want: want{status: 401, code: -31401, gate: "token"}, cases: cases{
			"query":    both(target("POST", "/?/health"), header("Authorization")),
			"fragment": both(target("POST", "/?#/../health"), header("Authorization")),
		}},
		{number: 101, reason: "method_not_allowed", sent: "another HTTP method than POST on the private path", want: route(405), cases: methods("GET", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "OPTIONS", "post", "PROPFIND")},
		{number: 101, reason: "head", sent: "HEAD on the private path", gets: "405 with Allow, no body", run: headIsRefused},
	}
}

// announced sends nothing but the header.
func announced(length string) spoil {
	return func(s *shot) { s.after(func() { s.set("Content-Length", length); s.body = nil }) }
}

// chunked sends a body of that size without saying so before.
func chunked(size int) spoil {
	return func(s *shot) {
		s.after(func() {
			s.set("Transfer-Encoding", "chunked")
			s.body = []byte(strings.Repeat(chunk(strings.Repeat("x", 1<<16)), size>>16) + "0\r\n\r\n")
		})
	}
}

func target(method, path string) spoil {
	return func(s *shot) { s.method, s.target = method, path }
}

func paths(all ...string) cases {
	c := make(cases)
	for _, path := range all {
		c["GET "+path] = both(target("GET", path), noCredentials)
		c["POST "+path] = target("POST", path)
	}
	return c
}

// noCredentials is how a stranger asks for a public document.
func noCredentials(s *shot) {
	for _, name := range []string{"Authorization", "X-DID", "X-DID-Timestamp", "X-DID-Signature"} {
		header(name)(s)
	}
}

func methods(all ...string) cases {
	c := make(cases)
	for _, m := range all {
		c[m] = target(m, "/")
	}
	return c
}

func headIsRefused(t *testing.T, h *house) {
	s := aim(t, h)
	s.method, s.body = "HEAD", nil
	got := s.send()
	if got.err != nil || got.status != 405 || got.header.Get("Allow") != "POST" || len(got.body) != 0 {
		t.Errorf("answer %d %v %q, %v", got.status, got.header, got.body, got.err)
	}
	echo := aim(t, h)
	echo.method, echo.body = "TRACE", probe.Message("do-not-echo")
	if got := echo.send(); got.err != nil || strings.Contains(string(got.body), "do-not-echo") || strings.Contains(string(got.body), echo.token) {
		t.Errorf("TRACE echoes: %s, %v", got.body, got.err)
	}
}
