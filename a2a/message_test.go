package a2a_test

import (
	"context"
	"strings"
	"testing"

	sdk "github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/internal/refusal"
	"github.com/getbindu/bindu-go/task"
)

// TestWhoseTaskIDsAreAdopted: a task that does not exist is started only for
// clients that send everything that the reference requires.
func TestWhoseTaskIDsAreAdopted(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	reference := sendReference("x", uuidContext, "TASK", "")
	ours, err := uuid.NewV7()
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		params, taskID string
		code           int // 0: the task has the id
	}{
		"the reference's client":             {reference, uuid.NewString(), 0},
		"it in snake_case":                   {snake.Replace(reference), uuid.NewString(), 0},
		"no kind":                            {strings.Replace(reference, `"kind":"message",`, "", 1), uuid.NewString(), -32001},
		"no context":                         {strings.Replace(reference, `,"contextId":"`+uuidContext+`"`, "", 1), uuid.NewString(), -32001},
		"a context that is no UUID":          {strings.Replace(reference, uuidContext, "c", 1), uuid.NewString(), -32001},
		"a message id that is no UUID":       {sendV03("m", "x", `,"taskId":"TASK","contextId":"`+uuidContext+`"`, ""), uuid.NewString(), -32001},
		"a task id that is no UUID":          {reference, "t", -32001},
		"a task id of another form":          {reference, "{" + uuid.NewString() + "}", -32001},
		"a task id such as this agent gives": {reference, ours.String(), -32001},
		"no output modes":                    {strings.Replace(reference, `["text/plain"]`, `[]`, 1), uuid.NewString(), -32001},
		"no configuration":                   {strings.Replace(reference, `"configuration"`, `"options"`, 1), uuid.NewString(), -32001},
		"a blank task id":                    {reference, " ", refusal.CodeInvalidParams},
		"an empty task id":                   {reference, "", refusal.CodeInvalidParams},
		"an empty context id":                {strings.Replace(reference, uuidContext, "", 1), uuid.NewString(), refusal.CodeInvalidParams},
		"a blank message id":                 {sendV03(" ", "x", "", ""), "", refusal.CodeInvalidParams},
	} {
		r := parse(t, a.post("alice", "", request("message/send", strings.Replace(tt.params, "TASK", tt.taskID, 1))))
		switch {
		case tt.code == 0 && (r.Error != nil || !strings.Contains(string(r.Result), `"id":"`+tt.taskID+`"`)):
			t.Errorf("%s: %s %+v", name, r.Result, r.Error)
		case tt.code != 0 && (r.Error == nil || r.Error.Code != tt.code):
			t.Errorf("%s: %s %+v, want %d", name, r.Result, r.Error, tt.code)
		}
	}
	for method, params := range map[string]string{
		"tasks/get": `{"id":" "}`, "tasks/cancel": `{"taskId":"\t"}`, "contexts/clear": `{"contextId":" "}`, "tasks/feedback": `{"taskId":" ","feedback":"x"}`,
	} {
		if r := parse(t, a.post("alice", "", request(method, params))); r.Error == nil || r.Error.Code != refusal.CodeInvalidParams {
			t.Errorf("%s %s: %s %+v", method, params, r.Result, r.Error)
		}
	}
	for method, params := range map[string]string{
		"GetTask": `{"id":" "}`, "CancelTask": `{"id":" "}`, "ListTasks": `{"contextId":" "}`, "SendMessage": sendV1("m", "x", `,"taskId":" "`),
	} {
		if r := parse(t, a.post("alice", "1.0", request(method, params))); r.Error == nil || r.Error.Code != refusal.CodeInvalidParams {
			t.Errorf("%s %s: %s %+v", method, params, r.Result, r.Error)
		}
	}
}

func TestFaultsNameTheLiteralAndThePlace(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	v1 := func(parts string) string {
		return `{"message":{"messageId":"m","role":"ROLE_USER","parts":[` + parts + `]}}`
	}
	v03 := func(parts string) string {
		return `{"message":{"kind":"message","messageId":"m","role":"user","parts":[` + parts + `]}}`
	}
	ok, okV03 := `{"text":"x"},{"text":"y"},`, `{"kind":"text","text":"x"},{"kind":"text","text":"y"},`
	for _, tt := range []struct {
		version, method, params string
		says                    []string
	}{
		{"1.0", "SendMessage", strings.Replace(v1(`{"text":"x"}`), "ROLE_USER", "user", 1), []string{`"ROLE_USER"`, `"user"`, "message.role"}},
		{"1.0", "SendMessage", strings.Replace(v1(`{"text":"x"}`), "ROLE_USER", "ROLE_AGENT", 1), []string{`"ROLE_USER"`, `"user"`}},
		{"1.0", "SendMessage", strings.Replace(v1(`{"text":"x"}`), `"role":"ROLE_USER",`, "", 1), []string{`"ROLE_USER"`, `"user"`}},
		{"", "message/send", strings.Replace(v03(`{"kind":"text","text":"x"}`), `"role":"user"`, `"role":"ROLE_USER"`, 1), []string{`"ROLE_USER"`, `"user"`}},
		{"", "message/send", strings.Replace(v03(`{"kind":"text","text":"x"}`), `"kind":"message"`, `"kind":"task"`, 1), []string{`message.kind`, `"message"`}},
		{"1.0", "SendMessage", v1(ok + `{"text":"x","url":"y"}`), []string{"message.parts[2]: ", "text, raw, url and data"}},
		{"1.0", "SendMessage", v1(ok + `{}`), []string{"message.parts[2]: "}},
		{"1.0", "SendMessage", v1(ok + `null`), []string{"message.parts[2] "}},
		{"1.0", "SendMessage", v1(ok + `{"text":7}`), []string{"message.parts[2].text must be a text"}},
		{"1.0", "SendMessage", v1(ok + `"x"`), []string{"message.parts[2] must be an object"}},
		{"1.0", "SendMessage", v1(ok + `{"raw":"?"}`), []string{"message.parts[2].raw must be a text in base64"}},
		{"1.0", "SendMessage", v1(ok + `{"data":{"n":9007199254740993}}`), []string{"message.parts[2].data"}},
		{"", "message/send", v03(okV03 + `{"text":"x"}`), []string{"message.parts[2]: ", `"text", "file" or "data"`}},
		{"", "message/send", v03(okV03 + `null`), []string{"message.parts[2] "}},
		{"", "message/send", v03(okV03 + `{"kind":"file","file":{}}`), []string{"message.parts[2].file "}},
		{"", "message/send", v03(okV03 + `{"kind":"text","text":[]}`), []string{"message.parts[2].text must be a text"}},
		{"", "tasks/get", `{"id":7}`, []string{"id must be a text"}},
		{"", "tasks/get", `{"id":"x","history_length":"y"}`, []string{"historyLength must be a whole number"}},
		{"", "tasks/get", `["x"]`, []string{"params must be an object"}},
		{"1.0", "ListTasks", `{"status":"completed"}`, []string{`"TASK_STATE_COMPLETED"`}},
		{"1.0", "ListTasks", `{"includeArtifacts":"yes"}`, []string{"includeArtifacts must be true or false"}},
		{"1.0", "ListTasks", `{"statusTimestampAfter":"yesterday"}`, []string{"statusTimestampAfter must be a time"}},
	} {
		r := parse(t, a.post("alice", tt.version, request(tt.method, tt.params)))
		if r.Error == nil || r.Error.Code != refusal.CodeInvalidParams {
			t.Errorf("%s %s: %s %+v", tt.method, tt.params, r.Result, r.Error)
			continue
		}
		for _, want := range tt.says {
			if !strings.Contains(r.Error.Message, want) {
				t.Errorf("%s %s: %q does not say %q", tt.method, tt.params, r.Error.Message, want)
			}
		}
	}
}

// An executor may answer with a message; then there is no task.
func TestAnswerIsAMessage(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{Executor: executor(func(context.Context, task.Request, task.Emit) (task.Result, error) {
		return task.Result{Message: &sdk.Message{Parts: sdk.ContentParts{sdk.NewTextPart("hello yourself")}}}, nil
	})})
	type wireMessage struct {
		MessageID, ContextID, TaskID, Kind, Role string
		Parts                                    []struct{ Kind, Text string }
	}
	var v1 map[string]wireMessage
	a.v1("alice", "SendMessage", sendV1("m1", "hello", ""), &v1)
	if m := v1["message"]; len(v1) != 1 || m.MessageID == "" || m.ContextID == "" || m.TaskID != "" || m.Role != "ROLE_AGENT" || len(m.Parts) != 1 || m.Parts[0].Text != "hello yourself" {
		t.Errorf("1.0: %+v", v1)
	}
	var again map[string]wireMessage
	a.v1("alice", "SendMessage", sendV1("m1", "hello", ""), &again)
	if again["message"].MessageID != v1["message"].MessageID {
		t.Errorf("sent again: %+v", again)
	}
	var v03 wireMessage
	a.v03("alice", "message/send", sendV03("m2", "hello", "", `,"blocking":true`), &v03)
	if v03.Kind != "message" || v03.MessageID == "" || v03.Role != "agent" || len(v03.Parts) != 1 || v03.Parts[0].Kind != "text" || v03.Parts[0].Text != "hello yourself" {
		t.Errorf("0.3: %+v", v03)
	}
	var list []wireTask
	a.v03("alice", "tasks/list", `{}`, &list)
	if len(list) != 0 {
		t.Errorf("tasks are left: %+v", list)
	}
}

// The data of an error are an object to who names no version, since clients of 0.3
// can read nothing else, and a list to who names any.
func TestTheDataOfAnErrorAreWhatTheVersionReads(t *testing.T) {
	a := newAgent(t, task.Config{})
	for version, want := range map[string]string{"": "{", "1.0": "[", "0.3": "[", "9.9": "["} {
		method := "GetTask"
		if version == "" || version == "0.3" {
			method = "tasks/get"
		}
		r := parse(t, a.post("alice", version, request(method, `{"id":"x"}`)))
		if r.Error == nil || !strings.HasPrefix(string(r.Error.Data), want) {
			t.Errorf("version %q: %+v, want data that begin with %s", version, r.Error, want)
		}
	}
}
