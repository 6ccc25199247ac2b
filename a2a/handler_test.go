package a2a_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	sdk "github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/tasktest"
)

func TestVersion1(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{Sign: func(text string) (string, error) { return "signature of " + text, nil }})
	var sent struct{ Task wireTask }
	a.v1("alice", "SendMessage", sendV1("m1", "hello", ""), &sent)
	if sent.Task.Status.State != "TASK_STATE_COMPLETED" || len(sent.Task.History) != 1 {
		t.Errorf("sent %+v", sent)
	}
	if want := `"parts":[{"text":"hello","metadata":{"did.message.signature":"signature of hello"}}]`; len(sent.Task.Artifacts) != 1 || !strings.Contains(string(sent.Task.Artifacts[0]), want) {
		t.Errorf("artifacts %s", sent.Task.Artifacts)
	}
	var got wireTask
	a.v1("alice", "GetTask", `{"id":"`+sent.Task.ID+`","historyLength":0}`, &got)
	if got.History != nil || got.ID != sent.Task.ID || got.Kind != "" {
		t.Errorf("got %+v", got)
	}
	var list struct {
		Tasks         []wireTask
		TotalSize     int
		PageSize      int
		NextPageToken *string
	}
	a.v1("alice", "ListTasks", `{}`, &list)
	if len(list.Tasks) != 1 || list.TotalSize != 1 || list.NextPageToken == nil || list.Tasks[0].Artifacts != nil {
		t.Errorf("list %+v", list)
	}
	empty := a.post("bob", "1.0", `{"jsonrpc":"2.0","id":1,"method":"ListTasks"}`)
	if want := `{"jsonrpc":"2.0","id":1,"result":{"tasks":[],"totalSize":0,"pageSize":50,"nextPageToken":""}}`; empty.Body.String() != want {
		t.Errorf("an empty list is %s", empty.Body)
	}
}

// TestVersion03 follows a client of the reference: it chooses the ids, gets the
// task as submitted and polls.
func TestVersion03(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAgent(t, task.Config{Executor: executor(func(_ context.Context, _ task.Request, emit task.Emit) (task.Result, error) {
			time.Sleep(time.Second)
			return task.Result{}, emit(&sdk.Artifact{Parts: sdk.ContentParts{sdk.NewTextPart("answer")}}, false)
		})})
		t1, t3 := uuidTask, uuid.NewString()
		var sent wireTask
		a.v03("alice", "message/send", sendReference("hello", uuidContext, t1, ""), &sent)
		if sent.ID != t1 || sent.ContextID != uuidContext || sent.Kind != "task" || sent.Status.State != "submitted" {
			t.Errorf("sent %+v", sent)
		}
		for _, params := range []string{`{"id":"T"}`, `{"taskId":"T"}`, `{"task_id":"T"}`, `{"task_id":"T","taskId":"T","history_length":1}`} {
			time.Sleep(2 * time.Second)
			var got wireTask
			a.v03("alice", "tasks/get", strings.ReplaceAll(params, "T", t1), &got)
			if got.Status.State != "completed" || len(got.Artifacts) != 1 || !strings.Contains(string(got.Artifacts[0]), `"kind":"text"`) {
				t.Errorf("%s: %+v", params, got)
			}
		}
		var blocking wireTask
		a.v03("alice", "message/send", sendV03("m2", "hello", "", `,"blocking":true`), &blocking)
		if blocking.Status.State != "completed" {
			t.Errorf("blocking %+v", blocking)
		}
		var canceled wireTask
		a.v03("alice", "message/send", sendReference("hello", uuidContext, t3, ""), &canceled)
		a.v03("alice", "tasks/cancel", `{"taskId":"`+t3+`"}`, &canceled)
		if canceled.Status.State != "canceled" {
			t.Errorf("canceled %+v", canceled)
		}
	})
}

func TestMethodsOfTheReference(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	var sent wireTask
	for _, id := range []string{uuidTask, uuid.NewString()} {
		a.v03("alice", "message/send", sendReference("hello", uuidContext, id, `,"blocking":true`), &sent)
	}
	var tasks []wireTask
	a.v03("alice", "tasks/list", `{"length":1,"historyLength":1}`, &tasks)
	if len(tasks) != 1 || len(tasks[0].History) != 1 || tasks[0].Kind != "task" {
		t.Errorf("tasks %+v", tasks)
	}
	a.v03("alice", "tasks/list", `{}`, &tasks)
	if len(tasks) != 2 {
		t.Errorf("tasks %+v", tasks)
	}
	var contexts []struct {
		ContextID string   `json:"context_id"`
		TaskCount int      `json:"task_count"`
		TaskIDs   []string `json:"task_ids"`

		Kind, Role string
		Tasks      []string
		CreatedAt  time.Time `json:"created_at"`
		UpdatedAt  time.Time `json:"updated_at"`
	}
	a.v03("alice", "contexts/list", `{}`, &contexts)
	if len(contexts) != 1 || contexts[0].ContextID != uuidContext || contexts[0].TaskCount != 2 || len(contexts[0].TaskIDs) != 2 {
		t.Errorf("contexts %+v", contexts)
	}
	if c := contexts[0]; c.Kind != "context" || c.Role == "" || len(c.Tasks) != 2 || c.CreatedAt.IsZero() || c.UpdatedAt.Before(c.CreatedAt) {
		t.Errorf("a context as the reference's models want it: %+v", c)
	}
	var said map[string]string
	a.v03("alice", "tasks/feedback", `{"taskId":"`+uuidTask+`","feedback":"good","rating":5,"metadata":{"k":"v"}}`, &said)
	if said["task_id"] != uuidTask {
		t.Errorf("feedback %v", said)
	}
	a.v03("alice", "contexts/clear", `{"context_id":"`+uuidContext+`"}`, &said)
	for method, want := range map[string]string{
		"tasks/list":    `{"jsonrpc":"2.0","id":1,"result":[]}`,
		"contexts/list": `{"jsonrpc":"2.0","id":1,"result":[]}`,
	} {
		if w := a.post("alice", "", `{"jsonrpc":"2.0","id":1,"method":"`+method+`"}`); w.Body.String() != want {
			t.Errorf("%s when empty: %s", method, w.Body)
		}
	}
	for name, params := range map[string]string{
		"tasks/feedback": `{"taskId":"t1","feedback":"good","rating":0}`,
		"tasks/list":     `{"length":0}`, "contexts/list": `{"length":-1}`, "contexts/clear": `{}`,
	} {
		if r := parse(t, a.post("alice", "", request(name, params))); r.Error == nil || r.Error.Code != refusal.CodeInvalidParams {
			t.Errorf("%s %s: %+v", name, params, r)
		}
	}
}

func TestVersionHeader(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	for _, tt := range []struct {
		method, version string
		code            int
	}{
		{"GetTask", "1.0", -32001}, {"GetTask", "1.0.3", -32001}, {"GetTask", " 1.0 ", -32001},
		{"GetTask", "", -32009}, {"GetTask", "0.3", -32009}, {"GetTask", "1.1", -32009}, {"GetTask", "2.0", -32009},
		{"GetTask", "1", -32009}, {"GetTask", "1.0.x", -32009}, {"GetTask", "1.0.", -32009}, {"GetTask", "١.٠", -32009}, {"GetTask", "1.0, 0.3", -32009},
		{"tasks/get", "", -32001}, {"tasks/get", "0.3", -32001}, {"tasks/get", "0.3.0", -32001},
		{"tasks/get", "1.0", -32601}, {"tasks/get", "0.2", -32009},
		{"tasks/feedback", "", -32602}, {"tasks/feedback", "1.0", -32602},
		{"nothing", "1.0", -32601}, {"nothing", "9.9", -32009},
	} {
		r := parse(t, a.post("alice", tt.version, request(tt.method, `{"id":"x"}`)))
		if r.Error == nil || r.Error.Code != tt.code {
			t.Errorf("%s with version %q: %+v, want %d", tt.method, tt.version, r.Error, tt.code)
		}
	}

	query := func(target string, headers ...string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(request("GetTask", `{"id":"x"}`)))
		for _, h := range headers {
			r.Header.Add("A2A-Version", h)
		}
		w := httptest.NewRecorder()
		a.handler.ServeHTTP(w, r.WithContext(identity.NewContext(r.Context(), identity.Caller{DID: callerDID(t, "alice")})))
		return parse(t, w).Error.Code
	}
	if code := query("/?A2A-Version=1.0"); code != -32001 {
		t.Errorf("version in the query: %d", code)
	}
	for target, header := range map[string]string{"/?A2A-Version=1.0": "0.3", "/?A2A-Version=0.3": "1.0", "/?A2A-Version=junk": "1.0", "/?A2A-Version=1.0&A2A-Version=1.0": "1.0"} {
		if code := query(target, header); code != -32009 {
			t.Errorf("%s beside %s: %d", target, header, code)
		}
	}
	if code := query("/?A2A-Version=1.0", "1.0.2"); code != -32001 {
		t.Errorf("one version in both places: %d", code)
	}
	if code := query("/", "1.0", "0.3"); code != -32009 {
		t.Errorf("two versions: %d", code)
	}
}

// What rules cannot judge no method takes: parameters by position.
func TestNoMethodTakesAListOfParameters(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	for _, m := range a2a.Methods() {
		version := "0.3"
		if m.Dialect == card.V1 {
			version = "1.0"
		}
		r := parse(t, a.post("alice", version, request(m.Name, `[{"message":{"metadata":{"skillId":"poetry"}}}]`)))
		// What is not configured here reads none either.
		if r.Error == nil || r.Error.Code != -32602 && !strings.Contains(m.Name, "ushNotification") && !strings.Contains(m.Name, "xtended") {
			t.Errorf("%s: %+v", m.Name, r)
		}
	}
}

func TestIDsAreEchoedByteForByte(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	for _, id := range []string{`1`, `-0`, `0`, `9007199254740992`, `"a"`, `""`, `"\u0041\/<é"`, `null`} {
		for _, method := range []string{"tasks/get", "tasks/list", "nothing"} {
			w := a.post("alice", "", `{"jsonrpc":"2.0","id":`+id+`,"method":"`+method+`","params":{"id":"x"}}`)
			if !strings.HasPrefix(w.Body.String(), `{"jsonrpc":"2.0","id":`+id+`,`) {
				t.Errorf("id %s: %s", id, w.Body)
			}
		}
	}
}

func TestEverythingThatIsDispatchedIsListed(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	methods := a2a.Methods()
	names := make([]string, len(methods))
	for i, m := range methods {
		names[i] = m.Name
		if len(m.Permissions) == 0 || !slices.Equal(a2a.Permissions()[m.Name], m.Permissions) {
			t.Errorf("%s has no permission, so nobody can call it", m.Name)
		}
		version := ""
		if m.Dialect == card.V1 {
			version = "1.0"
		}
		r := parse(t, a.post("alice", version, request(m.Name, `{}`)))
		if r.Error != nil && r.Error.Code == refusal.CodeMethodNotFound {
			t.Errorf("%s is listed but not dispatched", m.Name)
		}
	}
	slices.Sort(names)
	if len(slices.Compact(names)) != len(methods) {
		t.Error("a method is listed twice")
	}
}

func TestNoCallerNoService(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	w := a.post("", "", request("tasks/list", `{}`))
	if r := parse(t, w); w.Code != http.StatusUnauthorized || r.Error.Code != -31401 || r.reason() != "auth_missing" {
		t.Errorf("answer %d %s", w.Code, w.Body)
	}
}

func TestOnlyPost(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodOptions, http.MethodTrace} {
		w := httptest.NewRecorder()
		a.handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, "/", strings.NewReader("body")))
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != http.MethodPost || strings.Contains(w.Body.String(), "body") {
			t.Errorf("%s: %d %s", method, w.Code, w.Body)
		}
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	w := a.post("alice", "", request("tasks/list", `{"x":"`+strings.Repeat("x", 2<<20)+`"}`))
	if r := parse(t, w); w.Code != http.StatusRequestEntityTooLarge || r.reason() != "payload_too_large" {
		t.Errorf("answer %d %s", w.Code, w.Body)
	}
}

func TestABodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	body := io.MultiReader(strings.NewReader(`{"jsonrpc":`), iotest.ErrReader(io.ErrUnexpectedEOF))
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", body))
	if r := parse(t, w); w.Code != http.StatusBadRequest || r.reason() != "body_incomplete" {
		t.Errorf("answer %d %s", w.Code, w.Body)
	}
}

// TestEnvelopeOfTheContext shows that a body parsed by the gates is not read again.
func TestEnvelopeOfTheContext(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	env, err := jsonrpc.Parse([]byte(request("tasks/list", `{}`)), jsonrpc.MaxDepth)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(jsonrpc.NewContext(t.Context(), env), http.MethodPost, "/", unreadable{})
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, r.WithContext(identity.NewContext(r.Context(), identity.Caller{DID: callerDID(t, "alice")})))
	if want := `{"jsonrpc":"2.0","id":1,"result":[]}`; w.Body.String() != want {
		t.Errorf("answer %s", w.Body)
	}
}

type unreadable struct{}

func (unreadable) Read([]byte) (int, error) { return 0, errors.New("the body was read") }

// brokenStore fails or panics where a real store would answer.
type brokenStore struct {
	task.Store
	err error
}

func (s brokenStore) Probe(context.Context) error { return s.err }

func (s brokenStore) Get(context.Context, string, string, int) (*sdk.Task, error) {
	if s.err == nil {
		panic("secret of the stack")
	}
	return nil, s.err
}

func TestFailuresOfOurs(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err    error
		status int
		code   int
		reason string
		retry  string
	}{
		"102_panic":         {nil, 500, -32603, "internal", ""},
		"store":             {errors.New("disk: secret path"), 500, -32603, "internal", ""},
		"disk full":         {fmt.Errorf("%w: secret path", task.ErrStorage), 503, -31409, "storage_unavailable", "1"},
		"disk away":         {errors.Join(errors.New("secret mount"), task.ErrStorage), 503, -31409, "storage_unavailable", "1"},
		"kept quota":        {&task.QuotaError{Quota: task.QuotaTasks, Limit: 1}, 429, -31410, "quota_exceeded", ""},
		"overloaded":        {task.ErrOverloaded, 503, -31409, "overloaded", "1"},
		"shutting down":     {task.ErrClosed, 503, -31409, "shutting_down", "1"},
		"the request ended": {context.DeadlineExceeded, 503, -31409, "request_ended", "1"},
		"active quota":      {&task.QuotaError{Quota: "active", Limit: 1}, 429, -31410, "quota_exceeded", "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service, err := task.NewService(tasktest.Sized(task.Config{Store: brokenStore{err: tt.err}, Executor: executor(nil)}))
			if err != nil {
				t.Fatal(err)
			}
			defer service.Close(t.Context())
			handler, err := a2a.NewHandler(a2a.HandlerConfig{Tasks: service, MaxBody: 2 << 20, MaxDepth: 64, AnswerBytes: 64 << 20})
			if err != nil {
				t.Fatal(err)
			}
			outcome := jsonrpc.Outcome{RequestID: "R1"}
			a := &agent{t: t, handler: outcomes(handler, &outcome), service: service}
			w := a.post("alice", "", `{"jsonrpc":"2.0","id":"kept","method":"tasks/get","params":{"id":"x"}}`)
			r := parse(t, w)
			if w.Code != tt.status || r.Error.Code != tt.code || r.reason() != tt.reason || string(r.ID) != `"kept"` || w.Header().Get("Retry-After") != tt.retry {
				t.Errorf("answer %d %v %s", w.Code, w.Header(), w.Body)
			}
			if strings.Contains(w.Body.String(), "secret") {
				t.Errorf("the peer is told %s", w.Body)
			}
			gate, cause := "task", tt.err
			if tt.status == 500 { // a fault of ours is logged by itself
				gate, cause = "handler", nil
			}
			if outcome.Gate != gate || outcome.Reason != tt.reason || !errors.Is(outcome.Cause, cause) {
				t.Errorf("the outcome is %+v", outcome)
			}
			if !strings.Contains(w.Body.String(), `"gate":"`+gate+`","requestId":"R1"`) {
				t.Errorf("the answer does not name the gate and the request: %s", w.Body)
			}
		})
	}
}

// outcomes lets a test see what the handler says became of a request.
func outcomes(h http.Handler, o *jsonrpc.Outcome) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(jsonrpc.WithOutcome(r.Context(), o)))
	})
}

// An error of the protocol is no refusal: the request was carried out, and the
// log has the word with which it ended.
func TestErrorsOfTheProtocolAreOutcomes(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	for body, reason := range map[string]string{
		request("tasks/get", `{"id":"x"}`): "task_not_found", request("nothing", `{}`): "method_not_found", request("tasks/list", `{}`): "",
	} {
		outcome := jsonrpc.Outcome{RequestID: "R1"}
		seen := &agent{t: t, handler: outcomes(a.handler, &outcome), service: a.service}
		w := seen.post("alice", "", body)
		if w.Code != 200 || outcome != (jsonrpc.Outcome{RequestID: "R1", Reason: reason}) || strings.Contains(w.Body.String(), "R1") {
			t.Errorf("%s: %+v, %s", body, outcome, w.Body)
		}
	}
}

func TestErrorsOfTheProtocolCarryErrorInfo(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	r := parse(t, a.post("alice", "1.0", request("GetTask", `{"id":"x"}`)))
	var data []map[string]any
	if err := json.Unmarshal(r.Error.Data, &data); err != nil || len(data) != 1 ||
		data[0]["@type"] != "type.googleapis.com/google.rpc.ErrorInfo" || data[0]["reason"] != "TASK_NOT_FOUND" || data[0]["domain"] != "a2a-protocol.org" {
		t.Errorf("data %s, %v", r.Error.Data, err)
	}
}

func TestNewHandlerNeedsTasks(t *testing.T) {
	t.Parallel()
	if _, err := a2a.NewHandler(a2a.HandlerConfig{}); err == nil {
		t.Error("a handler without a service")
	}
	service, err := task.NewService(tasktest.Sized(task.Config{Store: brokenStore{}, Executor: executor(nil)}))
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close(t.Context())
	whole := a2a.HandlerConfig{Tasks: service, MaxBody: 1, MaxDepth: 1, AnswerBytes: 1}
	for what, lack := range map[string]func(*a2a.HandlerConfig){
		"bodies": func(c *a2a.HandlerConfig) { c.MaxBody = 0 }, "nesting": func(c *a2a.HandlerConfig) { c.MaxDepth = 0 },
		"answers": func(c *a2a.HandlerConfig) { c.AnswerBytes = 0 },
	} {
		cfg := whole
		lack(&cfg)
		if _, err := a2a.NewHandler(cfg); err == nil {
			t.Errorf("a handler without a limit of %s", what)
		}
	}
}
