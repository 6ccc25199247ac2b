package gate_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/internal/mcpwire"
	"github.com/getbindu/bindu-go/mcp"
)

// speaking adds a route of MCP, and notes what its handler is given.
func speaking(seen *mcpwire.Message) func(*gate.Config) {
	return func(c *gate.Config) {
		next := c.Protected["/"].Handler
		c.Protected["/mcp"] = gate.Route{
			MCP: true, Calls: mcp.Calls(), Permissions: mcp.Permissions(), Otherwise: mcp.Otherwise(),
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				*seen, _ = mcpwire.FromContext(r.Context())
				next.ServeHTTP(w, r)
			}),
		}
	}
}

// What a message calls is judged by the permissions of its route and told to rules, log and
// handler.
func TestAMessageOfMCPIsJudgedByWhatItCalls(t *testing.T) {
	for name, tt := range map[string]struct {
		method, body string
		scopes       string
		says         string // method and tool, as rules and handler have them
		status       int
	}{
		"a tool":                  {"POST", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\u0061dd","metadata":7}}`, "agent:write", "tools/call add", 200},
		"a tool, by a reader":     {"POST", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add"}}`, "agent:read", "", 403},
		"a list":                  {"POST", `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`, "agent:read", "tools/list ", 200},
		"a notification":          {"POST", `{"jsonrpc":"2.0","method":"notifications/initialized"}`, "agent:read", "notifications/initialized ", 200},
		"an answer":               {"POST", `{"jsonrpc":"2.0","id":1,"result":{}}`, "agent:read", "mcp/answer ", 200},
		"a stream":                {"GET", "", "agent:read", "mcp/stream ", 200},
		"an end":                  {"DELETE", "", "agent:read", "mcp/end ", 200},
		"what nobody knows":       {"POST", `{"jsonrpc":"2.0","id":1,"method":"a/b"}`, "agent:write", "a/b ", 200},
		"the same, by a reader":   {"POST", `{"jsonrpc":"2.0","id":1,"method":"a/b"}`, "agent:read", "", 403},
		"a method of A2A":         {"POST", `{"jsonrpc":"2.0","id":1,"method":"GetTask"}`, "agent:read", "", 403},
		"a method of the runtime": {"POST", `{"jsonrpc":"2.0","id":1,"method":"mcp/end"}`, "agent:write", "", 200},
	} {
		t.Run(name, func(t *testing.T) {
			var seen mcpwire.Message
			b := newBench(t, speaking(&seen))
			b.claims.Scopes = strings.Fields(tt.scopes)
			contentType := ""
			if tt.body != "" {
				contentType = "application/json"
			}
			w, _ := b.do(b.call(tt.method, "/mcp", contentType, tt.body))
			if w.Code != tt.status || (tt.says != "") != (b.ran["handler"] == 1) {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if tt.says == "" {
				return
			}
			if got := b.judged.Method + " " + b.judged.Tool; got != tt.says || !b.judged.MCP {
				t.Errorf("rules are told %q", got)
			}
			if got := seen.Method + " " + seen.Tool; got != tt.says || b.events[len(b.events)-1].Method != seen.Method {
				t.Errorf("the handler is told %q, the log %q", got, b.events[len(b.events)-1].Method)
			}
		})
	}
}

// The handler gets the headers of the protocol, and none that could be an authority's.
func TestAHandlerOfMCPGetsItsHeaders(t *testing.T) {
	var seen mcpwire.Message
	b := newBench(t, speaking(&seen))
	r := b.call("GET", "/mcp", "", "")
	for name, value := range map[string]string{"Mcp-Session-Id": "s", "Mcp-Protocol-Version": "v", "Mcp-Param-City": "c", "Last-Event-Id": "1", "Mcp-Name": "x", "Cookie": "c", "Agent-Caller-Did": "d"} {
		r.Header.Set(name, value)
	}
	if w, _ := b.do(r); w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if len(b.header) != 4 || b.header.Get("Mcp-Session-Id") != "s" || b.header.Get("Mcp-Param-City") != "c" {
		t.Errorf("the handler gets %v", b.header)
	}
}

// The signed form of a stream is that of any other.
func TestAStreamOfMCPIsSignedOnDemand(t *testing.T) {
	var seen mcpwire.Message
	b := newBench(t, speaking(&seen), func(c *gate.Config) { c.Key = ownKey(t) })
	b.handler = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write([]byte("id: 1\ndata: {}\n\n"))
	}
	r := b.call("GET", "/mcp", "", "")
	r.Header.Set("X-DID-Sign-Response", "answer-1")
	w := httptest.NewRecorder()
	b.chain.ServeHTTP(w, r)
	if !strings.Contains(w.Body.String(), "id: 1\ndata: {}\nsignature: ") || !strings.Contains(w.Body.String(), "end: 1") {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

func TestARouteOfMCPThatNobodyCouldCallIsRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*gate.Route)
		taken  bool
	}{
		"whole":          {func(*gate.Route) {}, true},
		"one for all":    {func(r *gate.Route) { r.Permissions = gate.Permissions{} }, true},
		"no end":         {func(r *gate.Route) { r.Calls = map[string]string{"POST": "a", "GET": "b"} }, false},
		"no permissions": {func(r *gate.Route) { r.Permissions, r.Otherwise = gate.Permissions{}, nil }, false},
		"unbound":        {func(r *gate.Route) { r.Unbound = true }, false},
		"gRPC":           {func(r *gate.Route) { r.GRPC = true }, false},
	} {
		b := newBench(t)
		route := gate.Route{MCP: true, Calls: mcp.Calls(), Permissions: mcp.Permissions(), Otherwise: mcp.Otherwise(), Handler: b}
		tt.change(&route)
		_, err := gate.New(gate.Whole(gate.Config{
			Self: b.self, Issuer: testIssuer, Tokens: b, Keys: b, Replay: countingReplay{b, nil}, Recorder: b, Permissions: testPermissions(), Protected: map[string]gate.Route{"/mcp": route},
		}))
		if (err == nil) != tt.taken {
			t.Errorf("%s: %v", name, err)
		}
	}
}
