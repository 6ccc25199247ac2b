package mcpwire_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/mcpwire"
)

func parse(body string) (mcpwire.Message, error) {
	return mcpwire.Parse([]byte(body), jsonrpc.MaxDepth)
}

func TestWhatAMessageSays(t *testing.T) {
	for body, want := range map[string]struct {
		method, tool, name string
		request            bool
	}{
		`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`:                                                                {"tools/list", "", "", true},
		`{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"add","arguments":{"Name":1}}}`:               {"tools/call", "add", "add", true},
		`{"jsonrpc":"2.0","id":1,"method":"tools\/call","params":{"\u006eame":"\u0061dd"}}`:                             {"tools/call", "add", "add", true},
		`{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"p"}}`:                                         {"prompts/get", "", "p", true},
		`{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"file:///x"}}`:                               {"resources/read", "", "file:///x", true},
		`{"jsonrpc":"2.0","id":1,"method":"other","params":{"name":7}}`:                                                 {"other", "", "", true},
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`:                                                        {"notifications/initialized", "", "", false},
		`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"_meta":{"a":{"NAME":{}}}}}`:       {"notifications/cancelled", "", "", false},
		`{"jsonrpc":"2.0","id":1,"result":{}}`:                                                                          {mcpwire.MethodAnswer, "", "", false},
		`{"jsonrpc":"2.0","id":"x","error":{"code":1,"message":"no"}}`:                                                  {mcpwire.MethodAnswer, "", "", false},
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","ünname":1,"names":2},"more":{"METHOD":1}}`: {"tools/call", "a", "a", true},
	} {
		m, err := parse(body)
		if err != nil || m.Method != want.method || m.Tool != want.tool || m.Name != want.name || m.IsRequest() != want.request {
			t.Errorf("%s: %+v, %v", body, m, err)
		}
	}
}

// Whatever another reader could understand otherwise is refused.
func TestWhatIsNoMessage(t *testing.T) {
	long := strings.Repeat("x", mcpwire.MaxName+1)
	for body, want := range map[string]error{
		`[{"jsonrpc":"2.0","id":1,"method":"ping"}]`: jsonrpc.ErrBatch,
		`[]`: jsonrpc.ErrBatch,
		`{}`: jsonrpc.ErrVersion,
		``:   jsonrpc.ErrSyntax,
		`{"jsonrpc":"2.0","id":1,"method":"ping"}{}`:                                                                         jsonrpc.ErrTrailing,
		`{"jsonrpc":"2.0","id":null,"method":"ping"}`:                                                                        jsonrpc.ErrID,
		`{"jsonrpc":"2.0","id":1.5,"method":"ping"}`:                                                                         jsonrpc.ErrID,
		`{"jsonrpc":"2.0","id":1}`:                                                                                           jsonrpc.ErrMethod,
		`{"jsonrpc":"2.0","id":1,"method":7}`:                                                                                jsonrpc.ErrMethod,
		`{"jsonrpc":"2.0","method":7}`:                                                                                       jsonrpc.ErrMethod,
		`{"jsonrpc":"2.0","id":1,"method":""}`:                                                                               jsonrpc.ErrMethod,
		`{"jsonrpc":"2.0","method":null,"id":1,"result":{}}`:                                                                 jsonrpc.ErrMethod,
		`{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}`:                                                               jsonrpc.ErrMethod,
		`{"jsonrpc":"2.0","id":1,"result":{},"error":{}}`:                                                                    jsonrpc.ErrMethod,
		`{"jsonrpc":"2.0","id":1,"result":{},"params":{}}`:                                                                   jsonrpc.ErrMethod,
		`{"jsonrpc":"2.0","id":null,"result":{}}`:                                                                            jsonrpc.ErrMethod,
		`{"jsonrpc":"2.0","result":{}}`:                                                                                      jsonrpc.ErrMethod,
		`{"jsonrpc":"2.0","id":1,"method":"mcp/end"}`:                                                                        mcpwire.ErrOurs,
		`{"jsonrpc":"2.0","id":1,"method":"mcp\/answer"}`:                                                                    mcpwire.ErrOurs,
		`{"jsonrpc":"2.0","id":1,"method":"tools/list","Method":"tools/call"}`:                                               mcpwire.ErrAmbiguous,
		`{"jsonrpc":"2.0","id":1,"method":"tools/list","me_thod":"tools/call"}`:                                              mcpwire.ErrAmbiguous,
		`{"jsonrpc":"2.0","id":1,"method":"tools/list","param\u017f":{}}`:                                                    mcpwire.ErrAmbiguous,
		`{"jsonrpc":"2.0","id":1,"method":"tools/list","ID":2}`:                                                              mcpwire.ErrAmbiguous,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","NAME":"b"}}`:                                    mcpwire.ErrAmbiguous,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"Name":"a"}}`:                                               mcpwire.ErrAmbiguous,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}`:                                    jsonrpc.ErrDuplicateKey,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","\u006eame":"b"}}`:                               jsonrpc.ErrDuplicateKey,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"x":1,"x":2}}}`:                     jsonrpc.ErrDuplicateKey,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call"}`:                                                                     mcpwire.ErrName,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":null}`:                                                       mcpwire.ErrName,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}`:                                                         mcpwire.ErrName,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":7}}`:                                                 mcpwire.ErrName,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":["a"]}}`:                                             mcpwire.ErrName,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":""}}`:                                                mcpwire.ErrName,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\ud800"}}`:                                          jsonrpc.ErrSyntax,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["a"]}`:                                                      jsonrpc.ErrParams,
		`{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}`:                                                               jsonrpc.ErrParams,
		`{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"name":"a"}}`:                                           mcpwire.ErrName,
		`{"jsonrpc":"2.0","id":"` + long + `","method":"ping"}`:                                                              mcpwire.ErrLong,
		`{"jsonrpc":"2.0","id":1,"method":"` + long + `"}`:                                                                   mcpwire.ErrLong,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"` + long + `"}}`:                                    mcpwire.ErrLong,
		`{"jsonrpc":"2.0","id":1,"method":"x","params":` + strings.Repeat(`{"a":`, 70) + `1` + strings.Repeat("}", 70) + `}`: jsonrpc.ErrTooDeep,
	} {
		if m, err := parse(body); !errors.Is(err, want) {
			t.Errorf("%.200s: %+v, %v; want %v", body, m, err, want)
		}
	}
}

// The headers by which newer servers route are those of the body.
func TestHeadersAreMadeOfTheBody(t *testing.T) {
	for name, want := range map[string]string{
		"add": "add", "a b": "a b", "ä": "=?base64?w6Q=?=", " a": "=?base64?IGE=?=", "a\r\nX: y": "=?base64?YQ0KWDogeQ==?=", "=?base64?YQ==?=": "=?base64?PT9iYXNlNjQ/WVE9PT89?=",
	} {
		h := http.Header{}
		mcpwire.Message{Envelope: jsonrpc.Envelope{Method: "tools/call"}, Name: name}.Describe(h)
		if got := h.Get("Mcp-Name"); got != want || h.Get("Mcp-Method") != "tools/call" {
			t.Errorf("%q: %v", name, h)
		}
	}
	h := http.Header{}
	mcpwire.Message{Envelope: jsonrpc.Envelope{Method: mcpwire.MethodAnswer}}.Describe(h)
	if len(h) != 0 {
		t.Errorf("an answer has %v", h)
	}
}

func TestOnlyHeadersOfTheProtocolAreKept(t *testing.T) {
	from := http.Header{
		"Accept": {"a", "b"}, "Mcp-Session-Id": {"s"}, "Mcp-Protocol-Version": {"v"}, "Last-Event-Id": {"1"}, "Mcp-Param-City": {"x"},
		"Authorization": {"Bearer x"}, "Cookie": {"c"}, "Agent-Caller-Did": {"d"}, "X-Did": {"d"}, "Mcp-Method": {"m"}, "Mcp-Name": {"n"}, "Mcp_session_id": {"t"}, "Forwarded": {"f"},
	}
	to := http.Header{}
	mcpwire.Keep(to, from)
	if len(to) != 5 || len(to["Accept"]) != 2 || mcpwire.Doubled(to) != "" {
		t.Errorf("%v", to)
	}
	if mcpwire.Doubled(http.Header{"Mcp-Session-Id": {"a", "a"}}) == "" {
		t.Error("two sessions are one")
	}
	for id, want := range map[string]bool{"a": true, "": false, "a b": false, "ä": false, strings.Repeat("x", 256): true, strings.Repeat("x", 257): false, "a\x7f": false} {
		if mcpwire.IsSession(id) != want {
			t.Errorf("%q: %t", id, !want)
		}
	}
}

// What is read is what a lenient reader finds, who takes names in any case and the last
// of two.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{}}}`, `{"jsonrpc":"2.0","method":"a"}`, `{"jsonrpc":"2.0","id":1,"result":{}}`,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","NAME":"b"}}`, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"\u006eame":"b"}}`, `[{}]`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := mcpwire.Parse(body, 16)
		if err != nil {
			return
		}
		var lenient struct {
			Method string         `json:"method"`
			Params map[string]any `json:"params"`
		}
		if err := json.Unmarshal(body, &lenient, json.MatchCaseInsensitiveNames(true)); err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		if m.Method != mcpwire.MethodAnswer && lenient.Method != m.Method {
			t.Errorf("%q calls %q, and somebody reads %q", body, m.Method, lenient.Method)
		}
		if len(m.Name) > mcpwire.MaxURI || len(m.Tool) > mcpwire.MaxName || len(m.ID) > mcpwire.MaxName || len(m.Method) > mcpwire.MaxName {
			t.Errorf("%q: %+v", body, m)
		}
		if m.Tool != "" && lenient.Params["name"] != any(m.Tool) {
			t.Errorf("%q calls the tool %q, and somebody reads %v", body, m.Tool, lenient.Params["name"])
		}
	})
}
