package a2a_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/task"
)

// TestHostile holds the answers to requests that get as far as the protocol.
func TestHostile(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	call := func(members string) string { return `{"jsonrpc":"2.0","id":"k",` + members + `}` }
	get := `"method":"tasks/get","params":{"id":"x"}`
	for name, tt := range map[string]struct {
		body   string
		status int
		code   int
		reason string
		id     string // as echoed
	}{
		"104_duplicate_key":               {call(get + `,"method":"tasks/cancel"`), 200, -32700, "json_duplicate_key", "null"},
		"104_duplicate_key_in_params":     {call(`"method":"tasks/get","params":{"id":"x","id":"y"}`), 200, -32700, "json_duplicate_key", "null"},
		"104_duplicate_key_in_data":       {call(`"method":"message/send","params":` + sendV03("m", "x", `,"metadata":{"a":{"b":1,"b":1}}`, "")), 200, -32700, "json_duplicate_key", "null"},
		"104_method_of_another_case":      {call(`"method":"tasks/get","Method":"tasks/cancel","params":{"id":"x"}`), 200, -32001, "task_not_found", `"k"`},
		"104_params_of_another_case":      {call(`"method":"tasks/get","Params":{"id":"x"}`), 200, -32602, "params_invalid", `"k"`},
		"104_id_of_another_case":          {call(`"method":"tasks/get","params":{"ID":"x","Id":"x","TaskId":"x"}`), 200, -32602, "params_invalid", `"k"`},
		"104_message_of_another_case":     {call(`"method":"message/send","params":{"Message":{}}`), 200, -32602, "params_invalid", `"k"`},
		"104_part_of_another_case":        {call(`"method":"message/send","params":{"message":{"messageId":"m","role":"user","parts":[{"kind":"text","Text":"x"}]}}`), 200, -32602, "params_invalid", `"k"`},
		"104_long_s":                      {`{"jſonrpc":"2.0","id":"k",` + get + `}`, 200, -32600, "jsonrpc_version", `"k"`},
		"105_two_objects":                 {call(get) + `{}`, 200, -32700, "json_trailing_data", "null"},
		"105_garbage":                     {call(get) + ` garbage`, 200, -32700, "json_trailing_data", "null"},
		"105_byte_order_mark":             {"\ufeff" + call(get), 200, -32700, "json_malformed", "null"},
		"105_empty":                       {"", 200, -32700, "json_malformed", "null"},
		"106_depth_65":                    {call(`"method":"tasks/get","params":{"x":` + strings.Repeat("[", 63) + strings.Repeat("]", 63) + `}`), 200, -32700, "json_too_deep", "null"},
		"106_depth_1000000":               {strings.Repeat(`{"a":`, 300_000), 200, -32700, "json_too_deep", "null"},
		"109_batch":                       {`[` + call(get) + `]`, 200, -32600, "batch_unsupported", "null"},
		"109_empty_batch":                 {`[]`, 200, -32600, "batch_unsupported", "null"},
		"109_large_batch":                 {`[` + strings.Repeat(call(get)+",", 9_999) + call(get) + `]`, 200, -32600, "batch_unsupported", "null"},
		"110_notification":                {`{"jsonrpc":"2.0","method":"message/send","params":` + sendV03("m", "x", "", "") + `}`, 200, -32600, "notification_unsupported", "null"},
		"111_unknown_method":              {call(`"method":"tasks/steal"`), 200, -32601, "method_not_found", `"k"`},
		"111_method_in_another_case":      {call(`"method":"Tasks/Get","params":{"id":"x"}`), 200, -32601, "method_not_found", `"k"`},
		"null_message":                    {call(`"method":"message/send","params":{"message":null}`), 200, -32602, "params_invalid", `"k"`},
		"null_part":                       {call(`"method":"message/send","params":{"message":{"messageId":"m","role":"user","parts":[null]}}`), 200, -32602, "params_invalid", `"k"`},
		"null_parts":                      {call(`"method":"message/send","params":{"message":{"messageId":"m","role":"user","parts":null}}`), 200, -32602, "params_invalid", `"k"`},
		"null_data":                       {call(`"method":"message/send","params":{"message":{"messageId":"m","role":"user","parts":[{"kind":"data","data":null}]}}`), 200, -32602, "params_invalid", `"k"`},
		"part_of_no_kind":                 {call(`"method":"message/send","params":{"message":{"messageId":"m","role":"user","parts":[{"text":"x"}]}}`), 200, -32602, "params_invalid", `"k"`},
		"file_without_content":            {call(`"method":"message/send","params":{"message":{"messageId":"m","role":"user","parts":[{"kind":"file","file":{"name":"x"}}]}}`), 200, -32602, "params_invalid", `"k"`},
		"params_by_position":              {call(`"method":"tasks/get","params":["x"]`), 200, -32602, "params_invalid", `"k"`},
		"id_of_the_wrong_type":            {call(`"method":"tasks/get","params":{"id":7}`), 200, -32602, "params_invalid", `"k"`},
		"two_ids":                         {call(`"method":"tasks/get","params":{"id":"x","taskId":"y"}`), 200, -32602, "params_invalid", `"k"`},
		"integer_that_would_change":       {call(`"method":"message/send","params":` + sendV03("m", "x", `,"metadata":{"n":9007199254740993}`, "")), 200, -32602, "params_invalid", `"k"`},
		"number_out_of_range":             {call(`"method":"message/send","params":` + sendV03("m", "x", `,"metadata":{"n":1e400}`, "")), 200, -32602, "params_invalid", `"k"`},
		"push_with_a_null_message":        {call(`"method":"message/stream","params":{"message":null,"configuration":{"pushNotificationConfig":{"url":"http://x"}}}`), 200, -32602, "params_invalid", `"k"`},
		"push_configuration_in_a_message": {call(`"method":"message/send","params":` + sendV03("m", "x", "", `,"pushNotificationConfig":{"url":"http://x"}`)), 200, -32003, "push_unsupported", `"k"`},
		"124_webhook_on_any_task":         {call(`"method":"tasks/pushNotificationConfig/set","params":{"taskId":"x","pushNotificationConfig":{"url":"http://x"}}`), 200, -32003, "push_unsupported", `"k"`},
		"unknown_context":                 {call(`"method":"contexts/clear","params":{"contextId":"x"}`), 200, -32020, "context_not_found", `"k"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := a.post("bob", "", tt.body)
			r := parse(t, w)
			if r.Error == nil {
				t.Fatalf("answer %d %s", w.Code, w.Body)
			}
			if w.Code != tt.status || r.Error.Code != tt.code || r.reason() != tt.reason || string(r.ID) != tt.id {
				t.Errorf("answer %d, id %s, code %d, reason %q; want %d, %s, %d, %q\n%s",
					w.Code, r.ID, r.Error.Code, r.reason(), tt.status, tt.id, tt.code, tt.reason, w.Body)
			}
		})
	}
}

// TestHostile112 sends every method that names a task, for a task of somebody
// else and for one that never was: not one byte of the answers may differ.
func TestHostile112(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	var alices wireTask
	a.v03("alice", "message/send", sendReference("secret", uuidContext, uuidTask, `,"blocking":true`), &alices)
	const random = "01890a5d-ac96-774b-bcce-b302099a8057"
	for name, call := range map[string]func(id string) (version, body string){
		"GetTask":         func(id string) (string, string) { return "1.0", request("GetTask", `{"id":"`+id+`"}`) },
		"CancelTask":      func(id string) (string, string) { return "1.0", request("CancelTask", `{"id":"`+id+`"}`) },
		"SubscribeToTask": func(id string) (string, string) { return "1.0", request("SubscribeToTask", `{"id":"`+id+`"}`) },
		"SendMessage": func(id string) (string, string) {
			return "1.0", request("SendMessage", sendV1("m1", "x", `,"taskId":"`+id+`"`))
		},
		"SendMessage context": func(id string) (string, string) {
			return "1.0", request("SendMessage", sendV1("m2", "x", `,"taskId":"`+id+`","contextId":"`+alices.ContextID+`"`))
		},
		"push": func(id string) (string, string) {
			return "1.0", request("CreateTaskPushNotificationConfig", `{"taskId":"`+id+`","url":"https://x"}`)
		},
		"message/send": func(id string) (string, string) {
			return "", request("message/send", sendV03("m3", "x", `,"taskId":"`+id+`"`, ""))
		},
		"tasks/get":         func(id string) (string, string) { return "", request("tasks/get", `{"taskId":"`+id+`"}`) },
		"tasks/cancel":      func(id string) (string, string) { return "", request("tasks/cancel", `{"taskId":"`+id+`"}`) },
		"tasks/resubscribe": func(id string) (string, string) { return "", request("tasks/resubscribe", `{"id":"`+id+`"}`) },
		"tasks/feedback": func(id string) (string, string) {
			return "", request("tasks/feedback", `{"taskId":"`+id+`","feedback":"x"}`)
		},
	} {
		var answers [2]string
		for i, id := range []string{alices.ID, random} {
			version, body := call(id)
			w := a.post("bob", version, body)
			answers[i] = fmt.Sprint(w.Code, w.Header(), w.Body)
			if r := parse(t, w); r.Error == nil {
				t.Errorf("%s of %s: %s", name, id, w.Body)
			}
		}
		if answers[0] != answers[1] {
			t.Errorf("%s: a foreign task %s\nan unknown one %s", name, answers[0], answers[1])
		}
	}
	// A client of the reference chooses its task's id: even the taken one is free to it.
	var bobs wireTask
	a.v03("bob", "message/send", sendReference("bob's", alices.ContextID, alices.ID, `,"blocking":true`), &bobs)
	if bobs.ID != alices.ID || len(bobs.History) != 1 || strings.Contains(string(bobs.History[0]), "secret") {
		t.Errorf("bob's task %+v", bobs)
	}
	var after wireTask
	a.v03("alice", "tasks/get", `{"id":"`+alices.ID+`"}`, &after)
	if len(after.History) != 1 || len(after.Artifacts) != 1 || !strings.Contains(string(after.History[0]), "secret") {
		t.Errorf("alice's task became %+v", after)
	}
}

func TestHostile126(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{Limits: task.Limits{Tasks: 1}})
	var first wireTask
	a.v03("alice", "message/send", sendV03("m1", "x", "", ""), &first)
	w := a.post("alice", "", request("message/send", sendV03("m2", "x", "", "")))
	if r := parse(t, w); w.Code != http.StatusTooManyRequests || r.Error.Code != -31410 || r.reason() != "quota_exceeded" || string(r.ID) != "1" {
		t.Errorf("answer %d %s", w.Code, w.Body)
	}
	a.v03("bob", "message/send", sendV03("m1", "x", "", ""), &first)
}
