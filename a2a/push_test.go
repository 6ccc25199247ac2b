package a2a_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	sdk "github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/push"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/sqlite"
)

// withWebhooks is an agent that keeps webhooks and calls none.
func withWebhooks(t *testing.T) *agent {
	t.Helper()
	nobody := func(string, string) {}
	return newAgentOn(t, task.Config{}, func(store *sqlite.Store, cfg *task.Config) {
		cfg.Webhooks = &task.Webhooks{Outbox: store, Check: push.Networks{}.Check, PerTask: 16, PerOwner: 100, Made: nobody, News: nobody}
	})
}

// wantJSON compares two documents but for the order of members.
func wantJSON(t *testing.T, what string, got []byte, want string) {
	t.Helper()
	var g, w any
	if err := errors.Join(json.Unmarshal(got, &g), json.Unmarshal([]byte(want), &w)); err != nil || !reflect.DeepEqual(g, w) {
		t.Errorf("%s: %v\n%s\nwant\n%s", what, err, got, want)
	}
}

// TestWebhooksInA2A1: made, read, listed and deleted, over JSON-RPC and HTTP+JSON alike.
func TestWebhooksInA2A1(t *testing.T) {
	t.Parallel()
	a := withWebhooks(t)
	var sent struct{ Task wireTask }
	a.v1("alice", "SendMessage", sendV1("m", "x", ""), &sent)
	id := sent.Task.ID
	config := `"url":"https://example.com/hook","token":"t","authentication":{"scheme":"Bearer","credentials":"c"}`
	want := fmt.Sprintf(`{"taskId":%q,"id":"a","authentication":{"credentials":"c","scheme":"Bearer"},"token":"t","url":"https://example.com/hook"}`, id)
	var got json.RawMessage
	a.v1("alice", "CreateTaskPushNotificationConfig", `{"task_id":"`+id+`","id":"a",`+config+`}`, &got)
	wantJSON(t, "made", got, want)
	a.v1("alice", "GetTaskPushNotificationConfig", `{"taskId":"`+id+`","id":"a"}`, &got)
	wantJSON(t, "read", got, want)

	w := a.rest("alice", "POST", "/tasks/"+id+"/pushNotificationConfigs", `{"id":"b",`+config+`}`)
	wantJSON(t, "made over HTTP+JSON", w.Body.Bytes(), strings.Replace(want, `"id":"a"`, `"id":"b"`, 1))
	w = a.rest("alice", "GET", "/tasks/"+id+"/pushNotificationConfigs/a", "")
	wantJSON(t, "read over HTTP+JSON", w.Body.Bytes(), want)
	both := `{"configs":[` + want + `,` + strings.Replace(want, `"id":"a"`, `"id":"b"`, 1) + `]}`
	w = a.rest("alice", "GET", "/tasks/"+id+"/pushNotificationConfigs?pageSize=10", "")
	wantJSON(t, "listed over HTTP+JSON", w.Body.Bytes(), both)
	a.v1("alice", "ListTaskPushNotificationConfigs", `{"taskId":"`+id+`"}`, &got)
	wantJSON(t, "listed", got, both)

	a.v1("alice", "DeleteTaskPushNotificationConfig", `{"taskId":"`+id+`","id":"a"}`, &got)
	wantJSON(t, "deleted", got, `{}`)
	for range 2 {
		if w = a.rest("alice", "DELETE", "/tasks/"+id+"/pushNotificationConfigs/b", ""); w.Code != http.StatusOK || w.Body.String() != "{}" {
			t.Errorf("deleted over HTTP+JSON: %d %s", w.Code, w.Body)
		}
	}
	a.v1("alice", "ListTaskPushNotificationConfigs", `{"taskId":"`+id+`"}`, &got)
	wantJSON(t, "what is left", got, `{"configs":[]}`)
	if r := parse(t, a.post("alice", "1.0", request("GetTaskPushNotificationConfig", `{"taskId":"`+id+`","id":"a"}`))); r.Error == nil || r.Error.Code != -32001 {
		t.Errorf("one that is deleted: %+v", r)
	}
	a.v1("alice", "CreateTaskPushNotificationConfig", `{"taskId":"`+id+`","url":"https://example.com/"}`, &got)
	var made struct{ ID string }
	if err := json.Unmarshal(got, &made); err != nil || made.ID == "" {
		t.Errorf("without an id: %s", got)
	}
}

// TestWebhooksInA2A03: with its names and shapes, and those of the reference.
func TestWebhooksInA2A03(t *testing.T) {
	t.Parallel()
	a := withWebhooks(t)
	var sent wireTask
	a.v03("alice", "message/send", sendV03("m", "x", "", `,"pushNotificationConfig":{"id":"with","url":"https://example.com/"}`), &sent)
	id := sent.ID
	config := `{"id":"a","url":"https://example.com/hook","token":"t","authentication":{"schemes":["Bearer"],"credentials":"c"}}`
	want := `{"id":"` + id + `","taskId":"` + id + `","pushNotificationConfig":` + config + `}`
	with := `{"id":"` + id + `","taskId":"` + id + `","pushNotificationConfig":{"id":"with","url":"https://example.com/"}}`
	var got json.RawMessage
	a.v03("alice", "tasks/pushNotificationConfig/set", `{"taskId":"`+id+`","pushNotificationConfig":`+config+`}`, &got)
	wantJSON(t, "made", got, want)
	a.v03("alice", "tasks/pushNotificationConfig/get", `{"id":"`+id+`","pushNotificationConfigId":"a"}`, &got)
	wantJSON(t, "read", got, want)
	a.v03("alice", "tasks/pushNotificationConfig/get", `{"id":"`+id+`"}`, &got)
	wantJSON(t, "the first", got, with)
	a.v03("alice", "tasks/pushNotificationConfig/list", `{"id":"`+id+`"}`, &got)
	wantJSON(t, "listed", got, `[`+with+`,`+want+`]`)
	a.v03("alice", "tasks/pushNotificationConfig/delete", `{"id":"`+id+`","pushNotificationConfigId":"with"}`, &got)
	wantJSON(t, "deleted", got, `null`)
	a.v03("alice", "tasks/pushNotificationConfig/set", `{"id":"`+id+`","push_notification_config":{"url":"https://example.com/"},"long_running":true}`, &got)
	wantJSON(t, "made as the reference does", got, `{"id":"`+id+`","taskId":"`+id+`","pushNotificationConfig":{"id":"`+id+`","url":"https://example.com/"}}`)
	for name, params := range map[string]string{"without a webhook": `{"taskId":"` + id + `"}`, "without a task": `{"pushNotificationConfig":` + config + `}`, "null": `null`} {
		if r := parse(t, a.post("alice", "", request("tasks/pushNotificationConfig/set", params))); r.Error == nil || r.Error.Code != -32602 {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// TestWebhooksAreOfTheDialectInWhichTheyWereMade: which decides what they are told.
func TestWebhooksAreOfTheDialectInWhichTheyWereMade(t *testing.T) {
	t.Parallel()
	a := withWebhooks(t)
	const url = `"url":"https://example.com/"`
	hook := `,"pushNotificationConfig":{"id":"hook",` + url + `}`
	later := func(dialect, method, params string) func() string {
		return func() string {
			var sent wireTask
			a.v03("alice", "message/send", sendV03(uuid.NewString(), "x", "", `,"blocking":true`), &sent)
			if r := parse(t, a.post("alice", dialect, request(method, strings.Replace(params, "ID", sent.ID, 1)))); r.Error != nil {
				t.Errorf("%s: %+v", method, r.Error)
			}
			return sent.ID
		}
	}
	for name, tt := range map[string]struct {
		form string
		make func() string // returns the task
	}{
		"SendMessage": {"1.0", func() string {
			var sent struct{ Task wireTask }
			a.v1("alice", "SendMessage", strings.TrimSuffix(sendV1("m1", "x", ""), "}")+`,"configuration":{"taskPushNotificationConfig":{"id":"hook",`+url+`}}}`, &sent)
			return sent.Task.ID
		}},
		"message/send": {"0.3", func() string {
			var sent wireTask
			a.v03("alice", "message/send", sendV03("m2", "x", "", hook), &sent)
			return sent.ID
		}},
		"message/send of the reference": {"reference", func() string {
			var sent wireTask
			a.v03("alice", "message/send", sendReference("x", uuidContext, uuidTask, `,"push_notification_config":{"id":"hook",`+url+`},"long_running":true`), &sent)
			return sent.ID
		}},
		"message/stream": {"0.3", func() string {
			_, events, _ := strings.Cut(a.post("alice", "", request("message/stream", sendV03("m4", "x", "", hook))).Body.String(), `"kind":"task","id":"`)
			id, _, _ := strings.Cut(events, `"`)
			return id
		}},
		"set":                  {"0.3", later("", "tasks/pushNotificationConfig/set", `{"taskId":"ID"`+hook+`}`)},
		"set of the reference": {"reference", later("", "tasks/pushNotificationConfig/set", `{"id":"ID"`+hook+`}`)},
		"create":               {"1.0", later("1.0", "CreateTaskPushNotificationConfig", `{"taskId":"ID","id":"hook",`+url+`}`)},
	} {
		id := tt.make()
		all, err := a.store.Pushes(t.Context(), callerDID(t, "alice").String(), id)
		if err != nil || len(all) != 1 || all[0].ID != "hook" || all[0].Form != tt.form {
			t.Errorf("%s: %+v, %v", name, all, err)
		}
	}
}

// TestHostile121ForbiddenWebhooks: with a message and alone, in every binding.
func TestHostile121ForbiddenWebhooks(t *testing.T) {
	t.Parallel()
	a := withWebhooks(t)
	var sent struct{ Task wireTask }
	a.v1("alice", "SendMessage", sendV1("m", "x", ""), &sent)
	for _, url := range []string{"https://127.0.0.1/", "https://[::ffff:127.0.0.1]/", "http://2130706433", "https://user@example.com/", "file:///etc/passwd", "http://example.com/"} {
		for name, w := range map[string]struct{ version, body string }{
			"SendMessage":                      {"1.0", request("SendMessage", strings.TrimSuffix(sendV1("m2", "x", ""), "}")+`,"configuration":{"taskPushNotificationConfig":{"url":"`+url+`"}}}`)},
			"SendStreamingMessage":             {"1.0", request("SendStreamingMessage", strings.TrimSuffix(sendV1("m3", "x", ""), "}")+`,"configuration":{"taskPushNotificationConfig":{"url":"`+url+`"}}}`)},
			"CreateTaskPushNotificationConfig": {"1.0", request("CreateTaskPushNotificationConfig", `{"taskId":"`+sent.Task.ID+`","url":"`+url+`"}`)},
			"message/send":                     {"", request("message/send", sendV03("m4", "x", "", `,"pushNotificationConfig":{"url":"`+url+`"}`))},
		} {
			r := parse(t, a.post("alice", w.version, w.body))
			if r.Error == nil || r.Error.Code != -32602 || r.reason() != "url_forbidden" || strings.Contains(r.Error.Message, url) {
				t.Errorf("%s %s: %+v", name, url, r.Error)
			}
		}
		if w := a.rest("alice", "POST", "/tasks/"+sent.Task.ID+"/pushNotificationConfigs", `{"url":"`+url+`"}`); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "url_forbidden") {
			t.Errorf("HTTP+JSON %s: %d %s", url, w.Code, w.Body)
		}
	}
	var all struct{ TotalSize int }
	if a.v1("alice", "ListTasks", `{}`, &all); all.TotalSize != 1 {
		t.Errorf("%d tasks are kept", all.TotalSize)
	}
}

// TestHostile124ForeignWebhooks: not one byte tells a foreign task from an unknown one.
func TestHostile124ForeignWebhooks(t *testing.T) {
	t.Parallel()
	a := withWebhooks(t)
	var sent struct{ Task wireTask }
	a.v1("alice", "SendMessage", sendV1("m", "x", ""), &sent)
	var made json.RawMessage
	a.v1("alice", "CreateTaskPushNotificationConfig", `{"taskId":"`+sent.Task.ID+`","id":"a","url":"https://example.com/"}`, &made)
	const random = "01890a5d-ac96-774b-bcce-b302099a8057"
	for method, params := range map[string]string{
		"CreateTaskPushNotificationConfig": `{"taskId":"ID","id":"a","url":"https://example.com/"}`, "GetTaskPushNotificationConfig": `{"taskId":"ID","id":"a"}`,
		"ListTaskPushNotificationConfigs": `{"taskId":"ID"}`, "DeleteTaskPushNotificationConfig": `{"taskId":"ID","id":"a"}`,
		"tasks/pushNotificationConfig/set": `{"taskId":"ID","pushNotificationConfig":{"url":"https://example.com/"}}`, "tasks/pushNotificationConfig/get": `{"id":"ID"}`,
		"tasks/pushNotificationConfig/list": `{"id":"ID"}`, "tasks/pushNotificationConfig/delete": `{"id":"ID","pushNotificationConfigId":"a"}`,
	} {
		version := "1.0"
		if strings.Contains(method, "/") {
			version = ""
		}
		var answers [2]string
		for i, id := range []string{sent.Task.ID, random} {
			w := a.post("bob", version, request(method, strings.ReplaceAll(params, "ID", id)))
			answers[i] = fmt.Sprint(w.Code, w.Header(), w.Body)
			if r := parse(t, w); r.Error == nil || r.Error.Code != -32001 {
				t.Errorf("%s: %s", method, w.Body)
			}
		}
		if answers[0] != answers[1] {
			t.Errorf("%s: a foreign task %s\nan unknown one %s", method, answers[0], answers[1])
		}
	}
	for _, call := range []string{"POST /tasks/ID/pushNotificationConfigs", "GET /tasks/ID/pushNotificationConfigs", "GET /tasks/ID/pushNotificationConfigs/a", "DELETE /tasks/ID/pushNotificationConfigs/a"} {
		method, path, _ := strings.Cut(call, " ")
		body := ""
		if method == "POST" {
			body = `{"id":"a","url":"https://example.com/"}`
		}
		foreign, unknown := a.rest("bob", method, strings.Replace(path, "ID", sent.Task.ID, 1), body), a.rest("bob", method, strings.Replace(path, "ID", random, 1), body)
		if foreign.Code != http.StatusNotFound || foreign.Body.String() != unknown.Body.String() {
			t.Errorf("%s: %d %s\n%d %s", call, foreign.Code, foreign.Body, unknown.Code, unknown.Body)
		}
	}
}

// TestWhatWebhooksAreTold: in the form of whoever made them.
func TestWhatWebhooksAreTold(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	said := &sdk.Message{ID: "m", TaskID: "t", ContextID: "c", Role: sdk.MessageRoleUser, Parts: sdk.ContentParts{sdk.NewTextPart("x")}}
	asked := &sdk.Message{ID: "q", TaskID: "t", ContextID: "c", Role: sdk.MessageRoleAgent, Parts: sdk.ContentParts{sdk.NewTextPart("what?")}}
	made := &sdk.Artifact{ID: "a", Name: "n", Parts: sdk.ContentParts{sdk.NewTextPart("made")}}
	whole := &sdk.Task{ID: "t", ContextID: "c", Status: sdk.TaskStatus{State: sdk.TaskStateCompleted, Timestamp: &at}, Artifacts: []*sdk.Artifact{made}}
	events := map[string]task.Event{
		"submitted": {Seq: 1, Kind: task.EventMessage, At: at, Message: said},
		"chunk":     {Seq: 3, Kind: task.EventChunk, At: at, Artifact: made, First: true},
		"artifact":  {Seq: 4, Kind: task.EventArtifact, At: at, Artifact: made},
		"completed": {Seq: 5, Kind: task.EventState, At: at, State: sdk.TaskStateCompleted},
		"asked":     {Seq: 6, Kind: task.EventMessage, At: at, Message: asked},
		"asks":      {Seq: 7, Kind: task.EventState, At: at, State: sdk.TaskStateInputRequired, Message: asked},
	}
	const time, part = `"2026-06-01T12:00:00.000Z"`, `{"kind":"text","text":"made"}`
	task03 := `{"kind":"task","id":"t","contextId":"c","artifacts":[{"artifactId":"a","name":"n","parts":[` + part + `]}],"status":{"state":"completed","timestamp":` + time + `}}`
	head := func(id string, seq int, kind string) string {
		return fmt.Sprintf(`{"event_id":%q,"sequence":%d,"timestamp":%s,"kind":%q,"task_id":"t","context_id":"c",`, id, seq, time, kind)
	}
	for _, tt := range []struct{ form, event, want string }{
		{"1.0", "submitted", `{"statusUpdate":{"taskId":"t","contextId":"c","status":{"state":"TASK_STATE_SUBMITTED","timestamp":` + time + `}}}`},
		{"1.0", "chunk", `{"artifactUpdate":{"taskId":"t","contextId":"c","artifact":{"artifactId":"a","name":"n","parts":[{"text":"made"}]}}}`},
		{"1.0", "artifact", `{"artifactUpdate":{"taskId":"t","contextId":"c","artifact":{"artifactId":"a","name":"n","parts":[{"text":"made"}]},"lastChunk":true}}`},
		{"1.0", "completed", `{"statusUpdate":{"taskId":"t","contextId":"c","status":{"state":"TASK_STATE_COMPLETED","timestamp":` + time + `}}}`},
		{"1.0", "asked", ""},
		{"0.3", "submitted", task03}, {"0.3", "chunk", ""}, {"0.3", "artifact", ""}, {"0.3", "completed", task03}, {"0.3", "asked", ""},
		{"reference", "submitted", head("ID", 1, "status-update") + `"status":{"state":"submitted","timestamp":` + time + `},"final":false}`},
		{"reference", "chunk", head("ID", 3, "artifact-update") + `"artifact":{"artifact_id":"a","name":"n","parts":[` + part + `]},"last_chunk":false}`},
		{"reference", "artifact", head("ID", 4, "artifact-update") + `"artifact":{"artifact_id":"a","name":"n","parts":[` + part + `]},"last_chunk":true}`},
		{"reference", "completed", head("ID", 5, "status-update") + `"status":{"state":"completed","timestamp":` + time + `},"final":true}`},
		{"reference", "asked", ""},
		{"reference", "asks", head("ID", 7, "status-update") + `"status":{"state":"input-required","timestamp":` + time + `,"message":{"role":"agent","kind":"message","parts":[{"kind":"text","text":"what?"}]}},"final":false}`},
	} {
		to := task.TakenPush{PushRef: task.PushRef{TaskID: "t"}, ContextID: "c", Push: task.Push{Form: tt.form, Token: "secret"}}
		header, body, err := a2a.Notification(to, events[tt.event], func() (*sdk.Task, error) { return whole, nil })
		if err != nil {
			t.Errorf("%s %s: %v", tt.form, tt.event, err)
			continue
		}
		if (body == nil) != (tt.want == "") {
			t.Errorf("%s %s: %s", tt.form, tt.event, body)
			continue
		}
		if body == nil {
			continue
		}
		var id struct {
			EventID string `json:"event_id"`
		}
		_ = json.Unmarshal(body, &id)
		wantJSON(t, tt.form+" "+tt.event, body, strings.Replace(tt.want, `"ID"`, `"`+id.EventID+`"`, 1))
		token := header.Get("X-A2A-Notification-Token") + header.Get("Authorization")
		want := map[string]string{"1.0": "application/a2a+json secret", "0.3": "application/json secret", "reference": "application/json Bearer secret"}[tt.form]
		if got := header.Get("Content-Type") + " " + token; got != want {
			t.Errorf("%s: %s, want %s", tt.form, got, want)
		}
		_, again, _ := a2a.Notification(to, events[tt.event], func() (*sdk.Task, error) { return whole, nil })
		if string(again) != string(body) {
			t.Errorf("%s %s: told twice it is\n%s\n%s", tt.form, tt.event, body, again)
		}
	}
	failed := errors.New("unread")
	if _, _, err := a2a.Notification(task.TakenPush{Push: task.Push{Form: "0.3"}}, events["completed"], func() (*sdk.Task, error) { return nil, failed }); !errors.Is(err, failed) {
		t.Errorf("%v", err)
	}
	to := task.TakenPush{Push: task.Push{Form: "reference", Token: "t", Authentication: &task.PushAuthentication{Scheme: "Basic", Credentials: "c"}}}
	if header, _, _ := a2a.Notification(to, events["completed"], nil); header.Get("Authorization") != "Basic c" {
		t.Errorf("%v", header)
	}
}
