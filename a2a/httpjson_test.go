package a2a_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/route"
	"github.com/getbindu/bindu-go/task"
)

// bare finds routes of HTTP+JSON as the gates do, and serves them.
type bare struct {
	routes  *route.Table[map[string]string]
	handler http.Handler
}

func newBare(t testing.TB, h http.Handler) bare {
	t.Helper()
	routes, err := route.New(a2a.HTTPJSONRoutes())
	if err != nil {
		t.Fatal(err)
	}
	return bare{routes, h.(*a2a.Handler).HTTPJSON()}
}

// serve answers a request in the name of a caller; false where there is no route for
// it, or its body is none.
func (b bare) serve(w http.ResponseWriter, r *http.Request, body string, name string, t testing.TB) bool {
	calls, says, ok := b.routes.Find(r.URL.EscapedPath())
	if !ok {
		calls, says, _ = b.routes.FindBehind(a2a.TenantVariable, r.URL.EscapedPath())
	}
	params, err := jsonrpc.ParseParams([]byte(body), 64)
	if calls[r.Method] == "" || err != nil {
		return false
	}
	ctx := identity.NewContext(r.Context(), identity.Caller{DID: callerDID(t, name)})
	r = r.WithContext(jsonrpc.NewContext(ctx, jsonrpc.Envelope{Method: calls[r.Method], Params: params}))
	for _, v := range says {
		r.SetPathValue(v.Name, v.Value)
	}
	b.handler.ServeHTTP(w, r)
	return true
}

// rest sends a request of HTTP+JSON as name.
func (a *agent) rest(name, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	a.t.Helper()
	r := httptest.NewRequestWithContext(a.t.Context(), method, target, strings.NewReader(body))
	r.Header.Set("A2A-Version", "1.0")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	if !newBare(a.t, a.handler).serve(w, r, body, name, a.t) {
		a.t.Fatalf("no route for %s %s", method, target)
	}
	return w
}

// restError is a google.rpc.Status in short: code, name, domain and reasons.
func restError(t testing.TB, w *httptest.ResponseRecorder) string {
	t.Helper()
	var got struct {
		Error struct {
			Code            int
			Status, Message string
			Details         []struct {
				Type           string `json:"@type"`
				Domain, Reason string
				Metadata       map[string]string
			}
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got.Error.Details) != 1 || got.Error.Message == "" || got.Error.Code != w.Code {
		t.Fatalf("%d %s is no status: %v", w.Code, w.Body, err)
	}
	d := got.Error.Details[0]
	if d.Type != "type.googleapis.com/google.rpc.ErrorInfo" {
		t.Errorf("%s", w.Body)
	}
	return fmt.Sprint(got.Error.Code, " ", got.Error.Status, " ", d.Domain, " ", d.Reason, " ", d.Metadata["reason"])
}

func restTask(t testing.TB, w *httptest.ResponseRecorder, into any) {
	t.Helper()
	if err := json.Unmarshal(w.Body.Bytes(), into); w.Code != http.StatusOK || err != nil {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
}

// One binding carries out what another began, for the same caller.
func TestHTTPJSON(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	var sent struct{ Task wireTask }
	restTask(t, a.rest("alice", "POST", "/message:send", sendV1("m1", "hello", "")), &sent)
	if sent.Task.Status.State != "TASK_STATE_COMPLETED" || len(sent.Task.Artifacts) != 1 {
		t.Errorf("sent %+v", sent)
	}
	id := sent.Task.ID
	var got, same wireTask
	restTask(t, a.rest("alice", "GET", "/tasks/"+id, ""), &got)
	a.v1("alice", "GetTask", `{"id":"`+id+`"}`, &same)
	if fmt.Sprint(got) != fmt.Sprint(same) || got.ID != id || len(got.History) != 1 {
		t.Errorf("got %+v, by JSON-RPC %+v", got, same)
	}
	restTask(t, a.rest("alice", "GET", "/tasks/"+id+"?historyLength=0&A2A-Version=1.0", ""), &got)
	var list struct {
		Tasks     []wireTask
		TotalSize int
	}
	for query, want := range map[string]string{
		"": "1", "?contextId=" + sent.Task.ContextID: "1", "?contextId=other": "0", "?status=TASK_STATE_WORKING": "0", "?status=TASK_STATE_COMPLETED&pageSize=1": "1",
		"?statusTimestampAfter=2100-01-01T00%3A00%3A00Z": "0", "?lastUpdatedAfter=2100-01-01T00:00:00%2B01:00": "0", "?includeArtifacts=true&historyLength=0": "1 with artifacts",
	} {
		list.Tasks = nil
		restTask(t, a.rest("alice", "GET", "/tasks"+query, ""), &list)
		found := fmt.Sprint(list.TotalSize)
		if len(list.Tasks) == 1 && list.Tasks[0].Artifacts != nil {
			found += " with artifacts"
		}
		if found != want {
			t.Errorf("tasks%s: %s, want %s", query, found, want)
		}
	}
}

func TestHTTPJSONCancels(t *testing.T) {
	t.Parallel()
	wait := executor(func(ctx context.Context, _ task.Request, _ task.Emit) (task.Result, error) {
		<-ctx.Done()
		return task.Result{}, ctx.Err()
	})
	for _, body := range []string{"", "{}", `{"metadata":{"a":1}}`, `{"id":"ID"}`, `{"id":"ID","metadata":{}}`} {
		a := newAgent(t, task.Config{Executor: wait})
		var sent struct{ Task wireTask }
		restTask(t, a.rest("alice", "POST", "/message:send", strings.TrimSuffix(sendV1("m1", "hello", ""), "}")+`,"configuration":{"returnImmediately":true}}`), &sent)
		var got wireTask
		restTask(t, a.rest("alice", "POST", "/tasks/"+sent.Task.ID+":cancel", strings.ReplaceAll(body, "ID", sent.Task.ID)), &got)
		if got.ID != sent.Task.ID || got.Status.State != "TASK_STATE_CANCELED" {
			t.Errorf("canceled by %q: %+v", body, got)
		}
	}
}

// The media type of the binding is for those who use it.
func TestHTTPJSONAnswersInTheTypeOfItsCaller(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	for want, headers := range map[string][]string{
		"application/json":     {"Accept", "application/json", "Content-Type", "application/json"},
		"application/a2a+json": {"Accept", "application/json, application/a2a+json"},
	} {
		for target, status := range map[string]int{"/tasks": 200, "/tasks/x": 404} {
			w := a.rest("alice", "GET", target, "", headers...)
			h := w.Header()
			if w.Code != status || h.Get("Content-Type") != want || h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s with %q: %d %v", target, headers, w.Code, h)
			}
		}
	}
}
