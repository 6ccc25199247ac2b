package a2a_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/refusal"
	"github.com/getbindu/bindu-go/task"
)

const (
	uuidMessage = "7f3c8a52-94d1-4c6e-9b1f-2d1a53c0e8aa"
	uuidContext = "0a4b6c1e-5f32-4d7a-8e90-6b1c2d3e4f50"
	uuidTask    = "c2d9e6f4-1b0a-4f87-a3c5-9e8d7c6b5a41"
)

// snake spells members as the proto files and the reference do.
var snake = strings.NewReplacer("messageId", "message_id", "contextId", "context_id", "taskId", "task_id",
	"mediaType", "media_type", "mimeType", "mime_type", "historyLength", "history_length",
	"acceptedOutputModes", "accepted_output_modes", "returnImmediately", "return_immediately",
	"referenceTaskIds", "reference_task_ids", "pageSize", "page_size", "pageToken", "page_token",
	"includeArtifacts", "include_artifacts", "statusTimestampAfter", "status_timestamp_after",
	"taskPushNotificationConfig", "task_push_notification_config", "pushNotificationConfig", "push_notification_config")

func TestSnakeCaseIsTheSameRequest(t *testing.T) {
	t.Parallel()
	sendV1 := `{"message":{"messageId":"m","contextId":"c","role":"ROLE_USER","referenceTaskIds":["r"],
		"parts":[{"raw":"AA==","mediaType":"image/png"}]},"configuration":{"acceptedOutputModes":["a"],"historyLength":0}}`
	sendV03 := `{"message":{"kind":"message","messageId":"` + uuidMessage + `","contextId":"` + uuidContext + `","taskId":"` + uuidTask + `","role":"user","referenceTaskIds":["r"],
		"parts":[{"kind":"file","file":{"bytes":"AA==","mimeType":"image/png"}}]},"configuration":{"acceptedOutputModes":["a"],"historyLength":1}}`
	for _, tt := range []struct{ version, method, params string }{
		{"1.0", "SendMessage", sendV1},
		{"1.0", "ListTasks", `{"contextId":"c","pageSize":1,"historyLength":1,"includeArtifacts":true,"statusTimestampAfter":"2020-01-01T00:00:00Z"}`},
		{"1.0", "ListTasks", `{"pageToken":"x"}`},
		{"1.0", "ListTasks", `{"pageSize":1000}`},
		{"1.0", "GetTask", `{"id":"x","historyLength":-1}`},
		{"1.0", "SendMessage", strings.Replace(sendV1, `"historyLength":0`, `"taskPushNotificationConfig":{"url":"https://x"}`, 1)},
		{"", "message/send", sendV03},
		{"", "message/send", strings.Replace(sendV03, `"historyLength":1`, `"pushNotificationConfig":{"url":"https://x"}`, 1)},
		{"", "tasks/get", `{"taskId":"` + uuidTask + `","historyLength":0}`},
		{"", "tasks/list", `{"historyLength":1}`},
		{"", "contexts/clear", `{"contextId":"` + uuidContext + `"}`},
		{"", "tasks/feedback", `{"taskId":"` + uuidTask + `","feedback":"x"}`},
	} {
		camel, other := newAgent(t, task.Config{}), newAgent(t, task.Config{})
		for _, a := range []*agent{camel, other} {
			if tt.method != "message/send" && tt.method != "SendMessage" {
				var sent json.RawMessage
				a.v03("alice", "message/send", strings.Replace(sendV03, `"historyLength":1`, `"blocking":true`, 1), &sent)
			}
		}
		want := parse(t, camel.post("alice", tt.version, request(tt.method, tt.params)))
		got := parse(t, other.post("alice", tt.version, request(tt.method, snake.Replace(tt.params))))
		if w, g := outline(want), outline(got); w != g {
			t.Errorf("%s %s:\nsnake_case %s\ncamelCase  %s", tt.method, tt.params, g, w)
		}
	}
}

// outline is what two answers to the same request have in common: no ids and times.
func outline(r response) string {
	if r.Error != nil {
		return fmt.Sprint(r.Error.Code, r.Error.Message, r.reason())
	}
	var sent struct{ Task *json.RawMessage }
	if json.Unmarshal(r.Result, &sent) == nil && sent.Task != nil {
		r.Result = *sent.Task
	}
	var t wireTask
	_ = json.Unmarshal(r.Result, &t)
	var all struct {
		Tasks    []wireTask
		PageSize int
	}
	_ = json.Unmarshal(r.Result, &all)
	history := make([]string, 0, 1)
	for _, raw := range t.History {
		var m struct {
			Parts            json.RawMessage
			ReferenceTaskIDs []string
		}
		_ = json.Unmarshal(raw, &m)
		history = append(history, fmt.Sprint(string(m.Parts), m.ReferenceTaskIDs))
	}
	tasks := make([]string, 0, 1)
	for _, each := range all.Tasks {
		tasks = append(tasks, fmt.Sprint(each.ContextID, len(each.History), len(each.Artifacts)))
	}
	return fmt.Sprint(t.ContextID, t.Kind, history, len(t.Artifacts), tasks, all.PageSize)
}

func TestTwoSpellings(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	for name, tt := range map[string]struct {
		version, method, params string
		code                    int // 0: a result
		names                   string
	}{
		"equal values":          {"1.0", "ListTasks", `{"pageSize":2,"page_size":2}`, 0, ""},
		"equal texts":           {"", "contexts/clear", `{"contextId":"\u0063","context_id":"c"}`, -32020, ""},
		"different numbers":     {"1.0", "ListTasks", `{"pageSize":2,"page_size":3}`, refusal.CodeInvalidParams, "pageSize"},
		"different ids":         {"", "tasks/get", `{"taskId":"x","task_id":"y"}`, refusal.CodeInvalidParams, "taskId"},
		"an escaped name":       {"", "tasks/get", `{"taskId":"x","task\u005fid":"y"}`, refusal.CodeInvalidParams, "taskId"},
		"in a message":          {"1.0", "SendMessage", sendV1("m", "x", `,"message_id":"n"`), refusal.CodeInvalidParams, "messageId"},
		"in a part":             {"1.0", "SendMessage", `{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"x","mediaType":"a","media_type":"b"}]}}`, refusal.CodeInvalidParams, "mediaType"},
		"free-form in metadata": {"1.0", "SendMessage", sendV1("free", "x", `,"metadata":{"message_id":"n","messageId":"o"}`), 0, ""},
	} {
		r := parse(t, a.post("alice", tt.version, request(tt.method, tt.params)))
		switch {
		case tt.code == 0 && r.Error != nil, tt.code != 0 && (r.Error == nil || r.Error.Code != tt.code || !strings.Contains(r.Error.Message, tt.names)):
			t.Errorf("%s: %s %+v", name, r.Result, r.Error)
		}
	}
}

// What narrows a request is never ignored.
func TestUnknownMembersOfFilters(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	var sent wireTask
	a.v03("alice", "message/send", sendV03("m", "x", `,"contextId":"c"`, `,"blocking":true`), &sent)
	for _, tt := range []struct{ version, method, params, names string }{
		{"1.0", "ListTasks", `{"contextID":"c"}`, "contextID"},
		{"1.0", "ListTasks", `{"context":"c"}`, "context"},
		{"1.0", "ListTasks", `{"page_Size":1}`, "page_Size"},
		{"1.0", "ListTasks", `{"lastUpdatedAfter":"2020-01-01T00:00:00Z"}`, "lastUpdatedAfter"},
		{"1.0", "ListTasks", `{"_contextId":"c"}`, "_contextId"},
		{"", "tasks/list", `{"contextId":"c"}`, "contextId"},
		{"", "tasks/list", `{"status":"completed"}`, "status"},
		{"", "contexts/list", `{"since":1}`, "since"},
		{"", "contexts/clear", `{"contextId":"c","olderThan":"2020-01-01T00:00:00Z"}`, "olderThan"},
	} {
		r := parse(t, a.post("alice", tt.version, request(tt.method, tt.params)))
		if r.Error == nil || r.Error.Code != refusal.CodeInvalidParams || !strings.Contains(r.Error.Message, `"`+tt.names+`"`) {
			t.Errorf("%s %s: %s %+v", tt.method, tt.params, r.Result, r.Error)
		}
	}
	var list []wireTask
	a.v03("alice", "tasks/list", `{"metadata":{"any_thing":1}}`, &list)
	if len(list) != 1 {
		t.Errorf("the task is gone: %+v", list)
	}
}
