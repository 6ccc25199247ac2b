package hostile

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/mcptest"
)

// noServer is the setting of an MCP server that no refused request needs.
const noServer = "MCP__UPSTREAM_URL=http://127.0.0.1:9"

// mcpRows are what the path of an MCP server refuses, and what its callers cannot do to each
// other.
func mcpRows() []row {
	atJSON := func(status, code int) want { return want{status: status, code: code, gate: "json", reach: atKey} }
	return []row{
		{number: 184, reason: "not_found", sent: "MCP: another spelling of its path", with: noServer, want: want{status: 404, code: -31400, gate: "route"}, cases: paths(
			"/mcp/", "//mcp", "/MCP", "/%6dcp", "/mcp%2f", "/mcp/x", "/mcp;x", "/mcp.", "/a/mcp")},
		{number: 184, reason: "method_not_allowed", sent: "MCP: another HTTP method than POST, GET and DELETE", with: noServer, want: want{status: 405, code: -31400, gate: "route"}, cases: cases{
			"PUT": rest("PUT", "/mcp", "{}"), "PATCH": rest("PATCH", "/mcp", "{}"), "OPTIONS": rest("OPTIONS", "/mcp", ""), "small letters": rest("get", "/mcp", ""), "TRACE": rest("TRACE", "/mcp", ""),
		}},
		{number: 184, reason: "auth_missing", sent: "MCP: a message, a stream or the end of a session without a token", with: noServer, want: want{status: 401, code: -31401, gate: "token"}, cases: cases{
			"POST": both(rest("POST", "/mcp", ping), header("Authorization")), "GET": both(rest("GET", "/mcp", ""), header("Authorization")), "DELETE": both(rest("DELETE", "/mcp", ""), header("Authorization")),
		}},
		{number: 184, reason: "missing_signature_headers", sent: "MCP: the same without a signature", with: noServer, want: want{status: 403, code: -31407, gate: "signature", reach: atToken}, cases: cases{
			"POST": both(rest("POST", "/mcp", ping), unsigned), "GET": both(rest("GET", "/mcp", ""), unsigned), "DELETE": both(rest("DELETE", "/mcp", ""), unsigned),
		}},
		{number: 184, reason: "scheme_unbound", sent: "MCP: signed by another scheme than octets-1", with: noServer, want: want{status: 403, code: -31407, gate: "signature", reach: atToken}, cases: cases{
			"jcs-1": both(rest("POST", "/mcp", ping), jcs), "the reference's": both(rest("POST", "/mcp", ping), reference), "jcs-1 of nothing": both(rest("GET", "/mcp", ""), jcs),
		}},
		{number: 184, reason: "crypto_mismatch", sent: "MCP: a signature for another request", with: noServer, want: want{status: 403, code: -31407, gate: "signature", reach: atKey}, cases: cases{
			"a stream's for an end": both(rest("DELETE", "/mcp", ""), signedFor("GET", "/mcp")), "of A2A": both(rest("POST", "/mcp", ping), signedFor("POST", "/")),
			"another tool": both(rest("POST", "/mcp", calling(`{"name":"say"}`)), changed(func([]byte) []byte { return []byte(calling(`{"name":"erase"}`)) })),
		}},
		{number: 184, reason: "duplicate_header", sent: "MCP: two sessions, versions or events", with: noServer, want: want{status: 400, code: -31400, gate: "route"}, cases: cases{
			"sessions": both(rest("POST", "/mcp", ping), extra("Mcp-Session-Id", "a"), extra("mcp-session-id", "b")), "versions": both(rest("POST", "/mcp", ping), extra("Mcp-Protocol-Version", "a"), extra("Mcp-Protocol-Version", "b")),
			"events": both(rest("GET", "/mcp", ""), extra("Last-Event-ID", "1"), extra("Last-Event-ID", "2")),
		}},
		{number: 184, reason: "batch_unsupported", sent: "MCP: a batch, also of one message or none", with: noServer, want: atJSON(400, -32600), cases: cases{
			"one": rest("POST", "/mcp", "["+ping+"]"), "two": rest("POST", "/mcp", "["+ping+","+calling(`{"name":"erase"}`)+"]"), "none": rest("POST", "/mcp", "[]"),
		}},
		{number: 184, reason: "json_duplicate_key", sent: "MCP: a name that another reader could take otherwise: twice, once with \\u, in another case, with - or _ in it", with: noServer, want: atJSON(400, -32700), cases: cases{
			"a tool twice": rest("POST", "/mcp", calling(`{"name":"say","name":"erase"}`)), "once with an escape": rest("POST", "/mcp", calling(`{"name":"say","\u006eame":"erase"}`)),
			"in another case": rest("POST", "/mcp", calling(`{"name":"say","Name":"erase"}`)), "only in another case": rest("POST", "/mcp", calling(`{"NAME":"erase"}`)), "with a line": rest("POST", "/mcp", calling(`{"name":"say","na_me":"erase"}`)),
			"a method": rest("POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"tools/list","Method":"tools/call","params":{"name":"erase"}}`), "a long s": rest("POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"say"},"param\u017f":{"name":"erase"}}`),
			"deep in arguments": rest("POST", "/mcp", calling(`{"name":"say","arguments":{"a":{"b":1,"b":2}}}`)),
		}},
		{number: 184, reason: "params_malformed", sent: "MCP: a tool whose name is no text, is missing or has 257 bytes, a huge id, parameters by position", with: noServer, want: atJSON(400, -32602), cases: cases{
			"a number": rest("POST", "/mcp", calling(`{"name":7}`)), "null": rest("POST", "/mcp", calling(`{"name":null}`)), "a list": rest("POST", "/mcp", calling(`{"name":["say"]}`)), "none": rest("POST", "/mcp", calling(`{}`)),
			"empty": rest("POST", "/mcp", calling(`{"name":""}`)), "long": rest("POST", "/mcp", calling(`{"name":"`+strings.Repeat("x", 257)+`"}`)), "by position": rest("POST", "/mcp", calling(`["say"]`)),
			"a huge id": rest("POST", "/mcp", `{"jsonrpc":"2.0","id":"`+strings.Repeat("x", 1<<20)+`","method":"ping"}`), "a huge method": rest("POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"`+strings.Repeat("x", 1<<20)+`"}`),
		}},
		{number: 184, reason: "json_malformed", sent: "MCP: half a character in a tool's name, no JSON, a body with GET or DELETE", with: noServer, want: atJSON(400, -32700), cases: cases{
			"half a character": rest("POST", "/mcp", calling(`{"name":"\ud800"}`)), "nothing": rest("POST", "/mcp", ""), "GET": rest("GET", "/mcp", "{}"), "DELETE": rest("DELETE", "/mcp", ping),
		}},
		{number: 184, reason: "method_not_found", sent: "MCP: a method by a name that only the runtime gives", with: noServer, want: atJSON(200, -32601), cases: cases{
			"an answer": rest("POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"mcp/answer"}`), "an end": rest("POST", "/mcp", `{"jsonrpc":"2.0","method":"mcp\/end"}`),
		}},
		{number: 184, reason: "scope_insufficient", sent: "MCP: a tool, or a method that nobody knows, with a token that may read", with: noServer, want: want{status: 403, code: -31403, gate: "scope", reach: atKey}, cases: cases{
			"a tool": both(rest("POST", "/mcp", calling(`{"name":"say"}`)), reading), "an unknown method": both(rest("POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"x/y"}`), reading), "an unknown notification": both(rest("POST", "/mcp", `{"jsonrpc":"2.0","method":"notifications/x"}`), reading),
		}},
		{number: 184, reason: "body_timeout", sent: "MCP: a body that is withheld", gets: "408 within LIMITS__BODY_TIMEOUT, connection closed; the server is asked nothing", with: noServer + " LIMITS__BODY_TIMEOUT=300ms", run: withheldMessage},
		{number: 184, reason: "session", sent: "MCP: another caller's session, called, streamed, read again, ended", gets: "404 `session_not_found`, to the byte as for one that never was; the server is asked nothing", run: foreignSession},
		{number: 184, reason: "headers", sent: "MCP: headers in our name, in the name of another tool, credentials", gets: "the server gets none of them, and who called from us", run: forgedHeaders},
	}
}

const ping = `{"jsonrpc":"2.0","id":1,"method":"ping"}`

func calling(params string) string {
	return `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":` + params + `}`
}

func unsigned(s *shot) {
	for _, name := range []string{"X-DID", "X-DID-Timestamp", "X-DID-Signature", "X-DID-Nonce", "X-DID-Scheme"} {
		header(name)(s)
	}
}

func reading(s *shot) { s.spec.Scopes = []string{"agent:read"} }

func withheldMessage(t *testing.T, h *house) {
	s := aim(t, h)
	rest("POST", "/mcp", ping)(s)
	head, _, _ := strings.Cut(string(s.bytes()), "\r\n\r\n")
	line := open(t, s)
	began, before := time.Now(), h.trace(t)
	line.write(t, head+"\r\n\r\n{")
	w := want{status: http.StatusRequestTimeout, code: -31400, gate: "body", reach: atToken, closed: true}
	w.check(t, read(line.in, "POST"), "body_timeout")
	w.checkTrace(t, h, before, "body_timeout")
	if took := time.Since(began); took > 300*time.Millisecond+2*room {
		t.Errorf("after %s", took)
	}
}

const initializing = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}`

// inFront is an agent in front of an MCP server.
func inFront(t *testing.T, h *house) (*mcptest.Server, *house) {
	t.Helper()
	server := &mcptest.Server{JSON: true}
	return server, h.build(t, "MCP__UPSTREAM_URL="+server.Serve(t))
}

// asks sends a request of a caller, with headers.
func (h *house) asks(t *testing.T, c *caller, spoils ...spoil) *reply {
	t.Helper()
	s := aimAs(t, h, c)
	both(spoils...)(s)
	got := s.send()
	if got.err != nil {
		t.Fatal(got.err)
	}
	return got
}

func foreignSession(t *testing.T, h *house) {
	server, front := inFront(t, h)
	ann, eve := front.newCaller(t), front.newCaller(t)
	accept := extra("Accept", "application/json, text/event-stream")
	id := front.asks(t, ann, rest("POST", "/mcp", initializing), accept).header.Get("Mcp-Session-Id")
	if id == "" {
		t.Fatal("there is no session")
	}
	for name, request := range map[string]spoil{
		"call": rest("POST", "/mcp", calling(`{"name":"erase","arguments":{"text":""}}`)), "notification": rest("POST", "/mcp", `{"jsonrpc":"2.0","method":"notifications/initialized"}`),
		"answer": rest("POST", "/mcp", `{"jsonrpc":"2.0","id":1,"result":{}}`), "stream": rest("GET", "/mcp", ""), "past": both(rest("GET", "/mcp", ""), extra("Last-Event-ID", "1")), "end": rest("DELETE", "/mcp", ""),
	} {
		theirs := front.asks(t, eve, request, accept, extra("Mcp-Session-Id", id))
		none := front.asks(t, eve, request, accept, extra("Mcp-Session-Id", strings.Repeat("x", len(id))))
		if theirs.status != http.StatusNotFound || timeless(theirs) != timeless(none) || !strings.Contains(string(theirs.body), "session_not_found") {
			t.Errorf("%s: %d %s, of none %d %s", name, theirs.status, theirs.body, none.status, none.body)
		}
	}
	if got := front.asks(t, eve, rest("GET", "/mcp", ""), accept, extra("Last-Event-ID", "1")); got.status != http.StatusNotFound {
		t.Errorf("an event of no session: %d %s", got.status, got.body)
	}
	if calls := server.Calls(); len(calls) != 0 {
		t.Errorf("the server was called: %v", calls)
	}
	if got := front.asks(t, ann, rest("POST", "/mcp", calling(`{"name":"say","arguments":{"text":"x"}}`)), accept, extra("Mcp-Session-Id", id)); got.status != http.StatusOK {
		t.Errorf("its owner: %d %s", got.status, got.body)
	}
}

// timeless is an answer without what is another each time.
func timeless(r *reply) string {
	id := r.header.Get("X-Request-Id")
	return strings.ReplaceAll(string(r.body), id, "ID")
}

func forgedHeaders(t *testing.T, h *house) {
	_, front := inFront(t, h)
	eve := front.newCaller(t)
	accept := extra("Accept", "application/json, text/event-stream")
	id := front.asks(t, eve, rest("POST", "/mcp", initializing), accept).header.Get("Mcp-Session-Id")
	const another = "did:bindu:ops:boss:1"
	got := front.asks(t, eve, rest("POST", "/mcp", calling(`{"name":"who","arguments":{"text":""}}`)), accept, extra("Mcp-Session-Id", id),
		extra("Agent-Caller-DID", another), extra("agent_caller_did", another), extra("Agent-Caller-Name", another), extra("AGENT-CALLER-TOKEN", another), extra("Agent-Deadline", another),
		extra("Mcp-Method", "tools/list"), extra("Mcp-Name", "erase"), extra("Cookie", another), extra("X-Forwarded-For", another), extra("Proxy-Authorization", another))
	var answer struct {
		Result struct {
			StructuredContent mcptest.Who `json:"structuredContent"`
		} `json:"result"`
	}
	if err := json.Unmarshal(got.body, &answer); err != nil {
		t.Fatalf("%v: %s", err, got.body)
	}
	who := answer.Result.StructuredContent
	if who.DID != eve.name.String() || who.Name != who.DID || who.Authorization != "" || strings.Contains(string(got.body), another) {
		t.Errorf("the server was told %s", got.body)
	}
	for _, name := range []string{"Cookie", "X-Forwarded-For", "Proxy-Authorization", "X-Did", "X-Did-Signature", "Agent-Deadline", "Agent_caller_did"} {
		if slices.Contains(who.Names, name) {
			t.Errorf("it got %s", name)
		}
	}
}
