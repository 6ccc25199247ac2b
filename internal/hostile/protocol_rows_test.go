package hostile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/probe"
)

// protocolRows are A5 as far as it can be seen on the wire now.
func protocolRows() []row {
	parse, request := jsonWant(-32700), jsonWant(-32600)
	get := `"method":"tasks/get","params":{"id":"x"}`
	envelope := func(members string) spoil { return content(`{"jsonrpc":"2.0","id":"k",` + members + `}`) }
	return []row{
		{number: 104, reason: "json_duplicate_key", sent: "one key twice in an object", want: parse, cases: cases{
			"method": envelope(get + `,"method":"tasks/cancel"`), "in params": envelope(`"method":"tasks/get","params":{"id":"x","id":"y"}`),
			"escaped": envelope(get + `,"\u006dethod":"tasks/cancel"`),
		}},
		{number: 104, reason: "method_missing", sent: "a key in another case", want: request, cases: cases{"Method": envelope(`"Method":"tasks/get","params":{"id":"x"}`)}},
		{number: 104, reason: "jsonrpc_version", sent: "jsonrpc with a long s", want: request, cases: cases{"long s": content(`{"jſonrpc":"2.0","id":"k",` + get + `}`)}},
		{number: 105, reason: "json_trailing_data", sent: "something behind the object", want: parse, cases: cases{
			"object": content(`{"jsonrpc":"2.0","id":"k",` + get + `}{}`), "garbage": content(`{"jsonrpc":"2.0","id":"k",` + get + `} garbage`), "NUL": content(`{"jsonrpc":"2.0","id":"k",` + get + "}\x00"),
		}},
		{number: 105, reason: "json_malformed", sent: "a byte order mark, nothing, half an object", want: parse, cases: cases{
			"BOM": content("\ufeff{}"), "empty": content(""), "half": content(`{"jsonrpc":`), "comment": content(`{/**/}`), "single quotes": content(`{'a':1}`), "NaN": envelope(`"x":NaN`),
		}},
		{number: 106, reason: "json_too_deep", sent: "JSON nested 65 to 1,000,000 deep", want: parse, cases: cases{
			"65": envelope(`"x":` + strings.Repeat("[", 64) + strings.Repeat("]", 64)), "10,000": content(strings.Repeat("[", 10_000)), "1,000,000": content(strings.Repeat(`[`, 1_000_000)),
		}},
		{number: 106, reason: "json_too_deep_jcs", sent: "the same, signed with jcs-1", gets: "400 json_too_deep, by the signature gate", run: deepCanonical},
		{number: 109, reason: "batch_unsupported", sent: "a batch", want: request, cases: cases{
			"one": content(`[{"jsonrpc":"2.0","id":"k",` + get + `}]`), "empty": content("[]"), "10,000": content("[" + strings.Repeat("{},", 9_999) + "{}]"),
		}},
		{number: 110, reason: "notification_unsupported", sent: "message/send without an id", want: request, cases: cases{"no id": content(`{"jsonrpc":"2.0","method":"message/send","params":{}}`)}},
		{number: 111, reason: "method_not_found", sent: "an unknown method", want: want{status: 200, code: -32601, gate: "scope", reach: atKey}, cases: cases{
			"unknown": envelope(`"method":"tasks/steal"`), "capitals": envelope(`"method":"Tasks/Get"`), "space": envelope(`"method":"tasks/get "`), "rpc.": envelope(`"method":"rpc.discover"`),
		}},
		{number: 112, reason: "task_not_found", sent: "get, cancel, send to or give feedback on somebody else's task", gets: "−32001, the same bytes as for an id that never was", run: foreignTask},
		{number: 113, reason: "lists", sent: "tasks/list and contexts/list by somebody else", gets: "nothing of the first one's", run: foreignLists},
		{number: 121, reason: "push_unsupported", sent: "a webhook, to whatever address", gets: "−32003; no webhook is kept or called", run: noWebhooks},
		{number: 121, reason: "url_forbidden", sent: "a webhook at an address that is none of the public internet, in any spelling, or without TLS", gets: "−32602 `url_forbidden`; nothing of the message is kept", with: "PUSH__ENABLED=true", run: forbiddenWebhooks},
		{number: 124, reason: "task_not_found", sent: "a webhook on somebody else's task: made, read, listed, deleted", gets: "−32001, the same bytes as for an id that never was", with: "PUSH__ENABLED=true", run: foreignWebhooks},
		{number: 126, reason: "quota_exceeded", sent: "more tasks than TASK__MAX_PER_DID", gets: "429; others are served", with: "TASK__MAX_PER_DID=1 TASK__MAKE_ROOM=false", run: taskQuota},
		{number: 177, reason: "method_not_found", sent: "an unknown method with a name of 1.9 MiB", gets: "200 `method_not_found` (-32601); at most 128 characters of the name are logged, and none are repeated",
			want: want{status: 200, code: -32601, gate: "scope", reach: atKey}, cases: cases{
				"letters": envelope(`"method":"` + strings.Repeat("m", 1900<<10) + `"`), "escapes": envelope(`"method":"` + strings.Repeat(`\u0007`, 320<<10) + `"`),
			}},
		{number: 128, reason: "failed", sent: "a message on which the executor panics or fails", gets: "200, a failed task without the cause; the process lives", run: executorFails},
	}
}

func jsonWant(code int) want { return want{status: 200, code: code, gate: "json", reach: atKey} }

func deepCanonical(t *testing.T, h *house) {
	s := aim(t, h)
	both(jcs, content(`{"x":`+strings.Repeat("[", 64)+strings.Repeat("]", 64)+`}`))(s)
	want{status: 400, code: -32700, gate: "signature", reach: atKey}.refuses(s, "json_too_deep")
}

// ask sends a body of c's and returns the whole answer but for what differs
// from request to request.
func ask(t *testing.T, h *house, c *caller, body string) (rpcError, string) {
	t.Helper()
	s := aimAs(t, h, c)
	s.scheme, s.body = signature.JCS1, []byte(body)
	got := s.send()
	if got.err != nil {
		t.Fatal(got.err)
	}
	parsed, _ := got.parse(t)
	got.header.Del("Date")
	got.header.Del("X-Request-Id")
	return parsed, fmt.Sprint(got.status, got.header, string(got.body))
}

func request(method, params string) string {
	return `{"jsonrpc":"2.0","id":"k","method":"` + method + `","params":` + params + `}`
}

func foreignTask(t *testing.T, h *house) {
	alice, bob := h.newCaller(t), h.newCaller(t)
	made, _ := ask(t, h, alice, string(probe.Message("secret")))
	var task struct{ ID, ContextID string }
	if err := json.Unmarshal(made.Result, &task); err != nil || task.ID == "" {
		t.Fatalf("%s, %v", made.Result, err)
	}
	const never = "01890a5d-ac96-774b-bcce-b302099a8057"
	for method, params := range map[string]string{
		"tasks/get": `{"id":"ID"}`, "tasks/cancel": `{"id":"ID"}`, "tasks/feedback": `{"taskId":"ID","feedback":"x"}`, "contexts/clear": `{"contextId":"ID"}`,
		"tasks/resubscribe": `{"id":"ID"}`, "tasks/pushNotificationConfig/set": `{"taskId":"ID","pushNotificationConfig":{"url":"https://x.example"}}`,
	} {
		id := task.ID
		if method == "contexts/clear" {
			id = task.ContextID
		}
		parsed, foreign := ask(t, h, bob, request(method, strings.Replace(params, "ID", id, 1)))
		_, unknown := ask(t, h, bob, request(method, strings.Replace(params, "ID", never, 1)))
		if parsed.Error == nil || foreign != unknown {
			t.Errorf("%s: a foreign one %s\nan unknown one %s", method, foreign, unknown)
		}
	}
	if own, text := ask(t, h, alice, request("tasks/get", `{"id":"`+task.ID+`"}`)); own.Error != nil || !strings.Contains(text, "secret") {
		t.Errorf("alice's task became %s", text)
	}
}

func foreignLists(t *testing.T, h *house) {
	alice, bob := h.newCaller(t), h.newCaller(t)
	ask(t, h, alice, string(probe.Message("alices-words")))
	for _, method := range []string{"tasks/list", "contexts/list"} {
		if parsed, text := ask(t, h, bob, request(method, `{}`)); parsed.Error != nil || strings.Contains(text, "alices-words") || bytes.Contains(parsed.Result, []byte(`"id"`)) {
			t.Errorf("%s: %s", method, text)
		}
	}
}

func noWebhooks(t *testing.T, h *house) {
	c := h.newCaller(t)
	for _, url := range []string{"http://127.0.0.1/", "http://169.254.169.254/", "http://[::ffff:127.0.0.1]/", "http://2130706433/", "file:///etc/passwd", "https://example.com/"} {
		body := strings.Replace(string(probe.Message("hello")), `"blocking":true`, `"blocking":true,"pushNotificationConfig":{"url":"`+url+`"}`, 1)
		if parsed, text := ask(t, h, c, body); parsed.Error == nil || parsed.Error.Code != -32003 {
			t.Errorf("%s: %s", url, text)
		}
	}
}

// forbiddenWebhooks sends each with a message and alone, in both versions.
func forbiddenWebhooks(t *testing.T, h *house) {
	c := h.newCaller(t)
	made, _ := ask(t, h, c, string(probe.Message("hello")))
	var task struct{ ID string }
	if err := json.Unmarshal(made.Result, &task); err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{
		"http://127.0.0.1/", "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/", "https://169.254.169.254/", "https://[fd00::1]/", "https://100.64.0.1/", "https://0.0.0.0/",
		"https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "http://2130706433", "https://0x7f.1", "https://user@example.com/", "file:///etc/passwd", "gopher://example.com/", "http://example.com/", "https://localhost/",
	} {
		message := strings.Replace(string(probe.Message("webhook")), `"blocking":true`, `"blocking":true,"pushNotificationConfig":{"url":"`+url+`"}`, 1)
		for _, body := range []string{message, request("tasks/pushNotificationConfig/set", `{"taskId":"`+task.ID+`","pushNotificationConfig":{"url":"`+url+`"}}`)} {
			if parsed, text := ask(t, h, c, body); parsed.Error == nil || parsed.Error.Code != -32602 || !strings.Contains(text, `"url_forbidden"`) {
				t.Errorf("%s: %s", url, text)
			}
		}
	}
	if _, text := ask(t, h, c, request("tasks/list", `{}`)); strings.Contains(text, "webhook") {
		t.Errorf("kept was %s", text)
	}
}

func foreignWebhooks(t *testing.T, h *house) {
	alice, bob := h.newCaller(t), h.newCaller(t)
	made, _ := ask(t, h, alice, string(probe.Message("secret")))
	var task struct{ ID string }
	if err := json.Unmarshal(made.Result, &task); err != nil {
		t.Fatal(err)
	}
	const never = "01890a5d-ac96-774b-bcce-b302099a8057"
	set := `{"taskId":"ID","pushNotificationConfig":{"id":"hook","url":"https://x.example"}}`
	if parsed, text := ask(t, h, alice, request("tasks/pushNotificationConfig/set", strings.Replace(set, "ID", task.ID, 1))); parsed.Error != nil {
		t.Fatal(text)
	}
	for method, params := range map[string]string{
		"tasks/pushNotificationConfig/set": set, "tasks/pushNotificationConfig/get": `{"id":"ID","pushNotificationConfigId":"hook"}`,
		"tasks/pushNotificationConfig/list": `{"id":"ID"}`, "tasks/pushNotificationConfig/delete": `{"id":"ID","pushNotificationConfigId":"hook"}`,
	} {
		parsed, foreign := ask(t, h, bob, request(method, strings.Replace(params, "ID", task.ID, 1)))
		_, unknown := ask(t, h, bob, request(method, strings.Replace(params, "ID", never, 1)))
		if parsed.Error == nil || parsed.Error.Code != -32001 || foreign != unknown {
			t.Errorf("%s: a foreign one %s\nan unknown one %s", method, foreign, unknown)
		}
	}
	if parsed, text := ask(t, h, alice, request("tasks/pushNotificationConfig/get", `{"id":"`+task.ID+`","pushNotificationConfigId":"hook"}`)); parsed.Error != nil {
		t.Error(text)
	}
}

func taskQuota(t *testing.T, h *house) {
	hostile := h.newCaller(t)
	ask(t, h, hostile, string(probe.Message("one")))
	s := aimAs(t, h, hostile)
	before := h.trace(t)
	got := s.send()
	_, data := got.parse(t)
	if got.status != 429 || data.Reason != "quota_exceeded" {
		t.Errorf("answer %d %s", got.status, got.body)
	}
	if did := h.trace(t).since(before); did.executed != 0 || did.decisions["task/refused/quota_exceeded"] != 1 {
		t.Errorf("it is not counted: %+v", did)
	}
	ok.refuses(aim(t, h), "")
}

func executorFails(t *testing.T, h *house) {
	c := h.newCaller(t)
	for _, verb := range []string{"panic", "fail"} {
		parsed, text := ask(t, h, c, string(probe.Message(verb)))
		if parsed.Error != nil || !strings.Contains(text, `"state":"failed"`) || strings.Contains(text, "secret of") || strings.Contains(text, ".go:") {
			t.Errorf("%s: %s", verb, text)
		}
	}
	ok.refuses(aim(t, h), "")
}
