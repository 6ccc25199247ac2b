package hostile

import (
	"net/http"
	"testing"

	"github.com/getbindu/bindu-go/identity/signature"
)

// routeRows are what the paths of HTTP+JSON refuse that POST / does not know.
func routeRows() []row {
	bare := func(status int, name, gate string, r reach) want {
		return want{status: status, name: name, gate: gate, reach: r}
	}
	return []row{
		{number: 182, reason: "not_found", sent: "another spelling of a path of HTTP+JSON", want: bare(404, "NOT_FOUND", "route", atTransport), cases: paths(
			"//tasks/x", "/tasks/", "/tasks//", "/tasks//x", "/tasks/x/", "/tasks/x/y", "/tasks/x%2Fy", "/tasks/x%2fpushNotificationConfigs", "/tasks/%78", "/tasks/x%00", "/tasks/x%20", "/tasks/é",
			"/tasks/.", "/tasks/..", "/tasks/...", "/tasks/%2e%2e", "/tasks/../tasks", "/tasks/x/../y", "/tasks/..:cancel", "/tasks/:cancel", "/tasks/x:cancel/", "/tasks/x:", "/tasks/x:Cancel",
			"/tasks/x:cancel:cancel", "/tasks/x:cancel:subscribe", "/tasks/x%3Acancel", "/tasks/x;y", "/tasks/x:cancel;y", "/tasks\\x", "/Tasks/x", "/TASKS", "/tasks.json", "/tasks/x/pushNotificationConfigs/",
			"/tasks/x/pushNotificationConfigs/y/z", "/tasks/x/pushnotificationconfigs", "/message", "/message:", "/message:Send", "/message:send/", "/message:send:stream", "/message%3Asend", "/message/send",
			"/extendedAgentCard/", "/tasks/{id}", "/tasks/%7Bid%7D")},
		{number: 182, reason: "method_not_allowed", sent: "another HTTP method than a path of HTTP+JSON takes", want: bare(405, "UNIMPLEMENTED", "route", atTransport), cases: cases{
			"PUT": rest("PUT", "/tasks/x", "{}"), "PATCH": rest("PATCH", "/tasks/x", "{}"), "OPTIONS": rest("OPTIONS", "/tasks", ""), "DELETE a task": rest("DELETE", "/tasks/x", ""),
			"POST to a task": rest("POST", "/tasks/x", "{}"), "POST to the list": rest("POST", "/tasks", "{}"), "GET of a verb": rest("GET", "/tasks/x:cancel", ""), "GET of a message": rest("GET", "/message:send", ""),
			"small letters": rest("get", "/tasks/x", ""), "TRACE": rest("TRACE", "/tasks/x", ""),
		}},
		{number: 182, reason: "head", sent: "HEAD on a path of HTTP+JSON", gets: "405 with Allow, no body", run: headOfATaskIsRefused},
		{number: 182, reason: "content_type", sent: "another media type than JSON on a path of HTTP+JSON, or none with a body", want: bare(415, "INVALID_ARGUMENT", "route", atTransport), cases: cases{
			"text": both(rest("POST", "/message:send", "{}"), header("Content-Type", "text/plain")), "none": both(rest("POST", "/message:send", "{}"), header("Content-Type")),
			"form": both(rest("POST", "/tasks/x:cancel", "{}"), header("Content-Type", "application/x-www-form-urlencoded")), "of nothing": both(rest("GET", "/tasks", ""), header("Content-Type", "text/plain")),
		}},
		{number: 182, reason: "auth_missing", sent: "a path of HTTP+JSON without a token", want: bare(401, "UNAUTHENTICATED", "token", atTransport), cases: cases{
			"a task": both(rest("GET", "/tasks/x", ""), header("Authorization")), "a query": both(rest("GET", "/tasks?pageSize=1", ""), header("Authorization")), "a message": both(rest("POST", "/message:send", "{}"), header("Authorization")),
			"with a tenant": both(rest("GET", "/a/tasks/x", ""), header("Authorization")), "with a version": both(rest("POST", "/v1/message:send", "{}"), header("Authorization")),
		}},
		{number: 182, reason: "scheme_unbound", sent: "a path of HTTP+JSON signed by another scheme than octets-1", want: bare(403, "PERMISSION_DENIED", "signature", atToken), cases: cases{
			"jcs-1": both(rest("POST", "/message:send", "{}"), jcs), "jcs-1 of nothing": both(rest("GET", "/tasks/x", ""), jcs),
			"the reference's": both(rest("POST", "/message:send", "{}"), reference), "the reference's of nothing": both(rest("GET", "/tasks/x", ""), reference),
		}},
		{number: 182, reason: "crypto_mismatch", sent: "a signature for another request than that of HTTP+JSON", want: bare(403, "PERMISSION_DENIED", "signature", atKey), cases: cases{
			"another task": both(rest("GET", "/tasks/x", ""), signedFor("GET", "/tasks/y")), "another verb": both(rest("POST", "/tasks/x:cancel", ""), signedFor("POST", "/tasks/x:subscribe")),
			"another method": both(rest("POST", "/tasks/x:subscribe", ""), signedFor("GET", "/tasks/x:subscribe")), "another query": both(rest("GET", "/tasks?pageSize=2", ""), signedFor("GET", "/tasks?pageSize=1")),
			"a query more": both(rest("GET", "/tasks?pageSize=2", ""), signedFor("GET", "/tasks")), "the query in another order": both(rest("GET", "/tasks?pageSize=2&status=x", ""), signedFor("GET", "/tasks?status=x&pageSize=2")),
			"POST /": both(rest("POST", "/message:send", "{}"), signedFor("POST", "/")), "another body": both(rest("POST", "/message:send", "{}"), changed(func([]byte) []byte { return []byte(`{"a":1}`) })),
			"a body more": both(rest("POST", "/tasks/x:cancel", ""), changed(func([]byte) []byte { return []byte(`{}`) })), "another type": both(rest("GET", "/tasks/x", ""), header("Content-Type", "application/a2a+json")),
			"a tenant more": both(rest("GET", "/a/tasks/x", ""), signedFor("GET", "/tasks/x")), "a tenant less": both(rest("GET", "/tasks/x", ""), signedFor("GET", "/a/tasks/x")),
		}},
		{number: 182, reason: "json_duplicate_key", sent: "a body of HTTP+JSON in which a name stands twice", want: bare(400, "INVALID_ARGUMENT", "json", atKey), cases: cases{
			"at the top": rest("POST", "/message:send", `{"message":{},"message":{}}`), "below": rest("POST", "/tasks/x:cancel", `{"metadata":{"a":1,"a":1}}`), "an id by escapes": rest("POST", "/tasks/x:cancel", `{"id":"x","\u0069d":"y"}`),
		}},
		{number: 182, reason: "request_not_object", sent: "a body of HTTP+JSON that is no object", want: bare(400, "INVALID_ARGUMENT", "json", atKey), cases: cases{
			"array": rest("POST", "/message:send", "[]"), "null": rest("POST", "/tasks/x:cancel", "null"), "text": rest("POST", "/message:stream", `"x"`),
		}},
	}
}

// rest is an honest request of HTTP+JSON.
func rest(method, path, body string) spoil {
	return func(s *shot) {
		octets(s)
		s.method, s.target, s.signedMethod, s.body = method, path, method, []byte(body)
	}
}

func reference(s *shot) { s.scheme = signature.Reference }

// signedFor is a signature made for another request line.
func signedFor(method, target string) spoil {
	return func(s *shot) { s.signedMethod, s.signedTarget = method, target }
}

func headOfATaskIsRefused(t *testing.T, h *house) {
	s := aim(t, h)
	rest(http.MethodHead, "/tasks/x", "")(s)
	got := s.send()
	if got.err != nil || got.status != 405 || got.header.Get("Allow") != "GET" || len(got.body) != 0 {
		t.Errorf("answer %d %v %q, %v", got.status, got.header, got.body, got.err)
	}
	stream := aim(t, h)
	rest(http.MethodHead, "/tasks/x:subscribe", "")(stream)
	if got := stream.send(); got.err != nil || got.status != 405 || got.header.Get("Allow") != "GET, POST" {
		t.Errorf("answer %d %v, %v", got.status, got.header, got.err)
	}
}
