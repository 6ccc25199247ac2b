package a2a_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/lease"
	"github.com/getbindu/bindu-go/internal/protoform"
	"github.com/getbindu/bindu-go/task"
)

// called is what came of a call by gRPC.
type called struct {
	messages []string // in JSON
	status   grpcframe.Status
	header   http.Header
}

// call sends the parameters of a method by gRPC as name.
func (a *agent) call(name, method, params string, headers ...string) called {
	a.t.Helper()
	return a.callTo(httptest.NewRecorder(), nil, name, method, params, headers...)
}

func (a *agent) callTo(rec *httptest.ResponseRecorder, check func() error, name, method, params string, headers ...string) called {
	a.t.Helper()
	if got := a2a.GRPCRoutes()[protoform.Path(method)]; got != method {
		a.t.Fatalf("%s is at no path: %q", method, got)
	}
	r := httptest.NewRequestWithContext(a.t.Context(), http.MethodPost, protoform.Path(method), http.NoBody)
	r.Header.Set("A2A-Version", "1.0")
	more := make(http.Header)
	for i := 0; i < len(headers); i += 2 {
		more.Add(headers[i], headers[i+1])
	}
	maps.Copy(r.Header, more)
	ctx := identity.NewContext(r.Context(), identity.Caller{DID: callerDID(a.t, name)})
	r = r.WithContext(jsonrpc.NewContext(ctx, jsonrpc.Envelope{Method: method, Params: []byte(params)}))
	var w http.ResponseWriter = rec
	if check != nil {
		w = leased{rec, check}
	}
	a.handler.(*a2a.Handler).GRPC().ServeHTTP(w, r)
	return readCall(a.t, rec, method)
}

// readCall reads an answer as a client does.
func readCall(t testing.TB, rec *httptest.ResponseRecorder, method string) (c called) {
	t.Helper()
	res := rec.Result()
	defer res.Body.Close()
	c.header = res.Header
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/grpc" {
		t.Fatalf("%d %v %s", res.StatusCode, res.Header, rec.Body)
	}
	said := res.Trailer
	if rec.Body.Len() == 0 && len(said) == 0 {
		said = res.Header
	}
	var err error
	if c.status, err = grpcframe.ReadStatus(said); err != nil {
		t.Fatalf("%v %v: %v", res.Header, res.Trailer, err)
	}
	m, _ := protoform.MethodOf(method)
	in := grpcframe.NewReader(res.Body, 1<<20)
	for {
		message, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		object, err := m.Response.JSON(message, protoform.Bounds{Bytes: 1 << 20, Depth: 100})
		if err != nil {
			t.Fatal(err)
		}
		c.messages = append(c.messages, string(object))
	}
	if !m.Stream && (len(c.messages) == 1) != (c.status.Code == grpcframe.OK) {
		t.Fatalf("%d messages and %+v", len(c.messages), c.status)
	}
	return c
}

// said is a status in short: code, domain and reasons.
func (c called) said() string {
	if len(c.status.Details) != 1 {
		return c.status.Code.String()
	}
	d := c.status.Details[0]
	return fmt.Sprint(c.status.Code, " ", d.Domain, " ", d.Reason, " ", d.Metadata["reason"])
}

func (c called) into(t testing.TB, value any) {
	t.Helper()
	if len(c.messages) != 1 || c.said() != "OK" {
		t.Fatalf("%d messages, %+v", len(c.messages), c.status)
	}
	if err := json.Unmarshal([]byte(c.messages[0]), value); err != nil {
		t.Fatal(err)
	}
}

// One binding carries out what another began, for the same caller.
func TestGRPC(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	var sent struct{ Task wireTask }
	a.call("alice", "SendMessage", sendV1("m1", "hello", "")).into(t, &sent)
	if sent.Task.Status.State != "TASK_STATE_COMPLETED" || len(sent.Task.Artifacts) != 1 {
		t.Errorf("sent %+v", sent)
	}
	id := sent.Task.ID
	var got, same map[string]any
	a.call("alice", "GetTask", `{"id":"`+id+`"}`).into(t, &got)
	a.v1("alice", "GetTask", `{"id":"`+id+`"}`, &same)
	// A time of no milliseconds has none in protobuf's JSON.
	if strings.ReplaceAll(fmt.Sprint(got), ".000Z", "Z") != strings.ReplaceAll(fmt.Sprint(same), ".000Z", "Z") || got["id"] != id {
		t.Errorf("got %v\nby JSON-RPC %v", got, same)
	}
	for params, want := range map[string]int{
		`{}`: 1, `{"contextId":"other"}`: 0, `{"status":"TASK_STATE_COMPLETED","pageSize":1}`: 1, `{"statusTimestampAfter":"2100-01-01T00:00:00Z"}`: 0, `{"includeArtifacts":true,"historyLength":0}`: 1,
	} {
		var list struct {
			Tasks     []wireTask
			TotalSize int
		}
		a.call("alice", "ListTasks", params).into(t, &list)
		if list.TotalSize != want || len(list.Tasks) != want || want == 1 && (list.Tasks[0].Artifacts != nil) != strings.Contains(params, "include") {
			t.Errorf("%s: %+v", params, list)
		}
	}
}

func TestErrorsOfGRPC(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{Limits: task.Limits{Tasks: 1}})
	var sent struct{ Task wireTask }
	a.call("alice", "SendMessage", sendV1("m1", "hello", "")).into(t, &sent)
	const invalid, push = "INVALID_ARGUMENT a2a-protocol.org INVALID_PARAMS params_invalid", "FAILED_PRECONDITION a2a-protocol.org PUSH_NOTIFICATION_NOT_SUPPORTED push_unsupported"
	for request, want := range map[string]string{
		`GetTask {"id":"x"}`:                          "NOT_FOUND a2a-protocol.org TASK_NOT_FOUND task_not_found",
		`GetTask {}`:                                  invalid,
		`CancelTask {"id":"x"}`:                       "NOT_FOUND a2a-protocol.org TASK_NOT_FOUND task_not_found",
		`CancelTask {"id":"ID"}`:                      "FAILED_PRECONDITION a2a-protocol.org TASK_NOT_CANCELABLE task_ended",
		`SubscribeToTask {"id":"x"}`:                  "NOT_FOUND a2a-protocol.org TASK_NOT_FOUND task_not_found",
		`SubscribeToTask {"id":"ID"}`:                 "FAILED_PRECONDITION a2a-protocol.org UNSUPPORTED_OPERATION task_ended",
		`GetExtendedAgentCard {}`:                     "FAILED_PRECONDITION a2a-protocol.org UNSUPPORTED_OPERATION extended_card_unsupported",
		`ListTasks {"status":99}`:                     invalid,
		`ListTasks {"15":null}`:                       invalid,
		`ListTasks {"pageToken":"none"}`:              strings.Replace(invalid, "params", "page_token", 1),
		`SendMessage {}`:                              invalid,
		`SendMessage {"message":{"messageId":"m"}}`:   invalid,
		`SendStreamingMessage {"message":null}`:       invalid,
		`SendMessage ` + sendV1("m2", "x", ""):        "RESOURCE_EXHAUSTED getbindu.com QUOTA_EXCEEDED quota_exceeded",
		`CreateTaskPushNotificationConfig {"url":""}`: push, `GetTaskPushNotificationConfig {}`: push, `ListTaskPushNotificationConfigs {}`: push, `DeleteTaskPushNotificationConfig {}`: push,
	} {
		method, params, _ := strings.Cut(strings.ReplaceAll(request, "ID", sent.Task.ID), " ")
		if got := a.call("alice", method, params); got.said() != want || got.status.Message == "" {
			t.Errorf("%s: %s, want %s: %+v", request, got.said(), want, got.status)
		}
	}
	for _, version := range []string{"", "0.3", "2.0"} {
		if got := a.call("alice", "ListTasks", "{}", "A2A-Version", version); got.said() != "FAILED_PRECONDITION a2a-protocol.org VERSION_NOT_SUPPORTED version_not_supported" {
			t.Errorf("version %q: %s", version, got.said())
		}
	}
	for _, deadline := range [][]string{{"Grpc-Timeout", "1 hour"}, {"Grpc-Timeout", ""}, {"Grpc-Timeout", "1H", "Grpc-Timeout", "1n"}} {
		if got := a.call("alice", "ListTasks", "{}", deadline...); got.said() != invalid {
			t.Errorf("a deadline that is none, %q: %s", deadline, got.said())
		}
	}
	rec := httptest.NewRecorder()
	a.handler.(*a2a.Handler).GRPC().ServeHTTP(rec, httptest.NewRequest("POST", "/lf.a2a.v1.A2AService/GetTask", http.NoBody))
	if got := readCall(t, rec, "GetTask"); got.said() != "UNIMPLEMENTED getbindu.com NOT_FOUND not_found" {
		t.Errorf("without a route: %s", got.said())
	}
}

// Not one byte of an answer says whether a task is somebody else's or nobody's.
func TestHostile112GRPC(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	var alices struct{ Task wireTask }
	a.call("alice", "SendMessage", sendV1("m1", "secret", "")).into(t, &alices)
	const random = "01890a5d-ac96-774b-bcce-b302099a8057"
	for _, request := range []string{
		`GetTask {"id":"ID"}`, `CancelTask {"id":"ID"}`, `SubscribeToTask {"id":"ID"}`, `SendMessage ` + sendV1("m2", "x", `,"taskId":"ID"`), `SendStreamingMessage ` + sendV1("m3", "x", `,"taskId":"ID"`),
		`GetTaskPushNotificationConfig {"taskId":"ID","id":"x"}`,
	} {
		var answers [2]string
		for i, id := range []string{alices.Task.ID, random} {
			method, params, _ := strings.Cut(strings.ReplaceAll(request, "ID", id), " ")
			got := a.call("bob", method, params)
			answers[i] = fmt.Sprint(got)
			if got.said() == "OK" {
				t.Errorf("%s is carried out", request)
			}
		}
		if answers[0] != answers[1] {
			t.Errorf("%s: a foreign task %s\nan unknown one %s", request, answers[0], answers[1])
		}
	}
}

// Who waits only for so long gets the task as it is then, or a stream up to there, and
// the task runs on.
func TestADeadlineOfGRPC(t *testing.T) {
	inBubble(t, spelling, func(t *testing.T, a *agent) {
		begun := time.Now()
		got := a.call("alice", "SendMessage", sendV1("m", "abc", ""), "Grpc-Timeout", "3S")
		if got.said() != "OK" || pick(t, got.messages[0], "task.status.state") != "TASK_STATE_WORKING" || time.Since(begun) != 3*time.Second {
			t.Errorf("after %s: %+v", time.Since(begun), got)
		}
		begun = time.Now()
		got = a.call("alice", "SendStreamingMessage", sendV1("m2", "abc", ""), "Grpc-Timeout", "3000m")
		if got.said() != "DEADLINE_EXCEEDED getbindu.com REQUEST_ENDED request_ended" || time.Since(begun) != 3*time.Second || len(got.messages) == 0 {
			t.Errorf("after %s: %+v", time.Since(begun), got)
		}
		var list struct{ TotalSize int }
		a.call("alice", "ListTasks", `{"status":"TASK_STATE_WORKING"}`).into(t, &list)
		if list.TotalSize != 2 {
			t.Errorf("%+v", list)
		}
	})
}

func TestStreamsOfGRPC(t *testing.T) {
	inBubble(t, spelling, func(t *testing.T, a *agent) {
		got := a.call("alice", "SendStreamingMessage", sendV1("m", "abc", ""))
		var events []string
		for _, m := range got.messages {
			events = append(events, pick(t, m, "task.status.state", "statusUpdate.status.state", "artifactUpdate.artifact.parts.text"))
		}
		want := []string{"TASK_STATE_SUBMITTED - -", "- - a", "- TASK_STATE_WORKING -", "- - b", "- - c", "- TASK_STATE_COMPLETED -"}
		if fmt.Sprint(events) != fmt.Sprint(want) || got.said() != "OK" {
			t.Errorf("events %q, %+v\nwant %q", events, got.status, want)
		}
		// Who has the number of an event from another binding gets those after it.
		told := parseEvents(t, a.rest("alice", "POST", "/message:stream", sendV1("m2", "abc", "")).Body.String())
		got = a.call("alice", "SubscribeToTask", `{"id":"`+pick(t, told[0].data, "task.id")+`"}`, "Last-Event-ID", told[3].id)
		if len(got.messages) != 2 || got.said() != "OK" || pick(t, got.messages[1], "statusUpdate.status.state") != "TASK_STATE_COMPLETED" {
			t.Errorf("after %s: %q, %+v", told[3].id, got.messages, got.status)
		}
	})
}

// A silent stream of gRPC is silent: pauses are for HTTP/2 to bridge.
func TestAStreamOfGRPCHasNoHeartbeats(t *testing.T) {
	wait := executor(func(ctx context.Context, _ task.Request, _ task.Emit) (task.Result, error) {
		select {
		case <-ctx.Done():
			return task.Result{}, ctx.Err()
		case <-time.After(time.Minute):
			return task.Result{}, nil
		}
	})
	inBubble(t, wait, func(t *testing.T, a *agent) {
		got := a.call("alice", "SendStreamingMessage", sendV1("m", "abc", ""))
		if last := len(got.messages) - 1; last > 2 || got.said() != "OK" || pick(t, got.messages[last], "statusUpdate.status.state") != "TASK_STATE_COMPLETED" {
			t.Errorf("%q, %+v", got.messages, got.status)
		}
	})
}

// A stream that ends early says why in its trailers.
func TestAStreamOfGRPCThatEndsSaysWhy(t *testing.T) {
	inBubble(t, spelling, func(t *testing.T, a *agent) {
		asked := 0
		check := func() error {
			if asked++; asked > 2 {
				return &lease.Ended{Reason: "token_inactive", Gate: "token"}
			}
			return nil
		}
		got := a.callTo(httptest.NewRecorder(), check, "alice", "SendStreamingMessage", sendV1("m", "abc", ""))
		if got.said() != "UNAUTHENTICATED getbindu.com AUTH_EXPIRED auth_expired" || got.status.Details[0].Metadata["gate"] != "token" || len(got.messages) != 2 {
			t.Errorf("%d messages, %+v", len(got.messages), got.status)
		}
	})
}

func TestAStreamOfGRPCEndsWithTheAgent(t *testing.T) {
	inBubble(t, spelling, func(t *testing.T, a *agent) {
		var stopping sync.WaitGroup
		stopping.Go(func() {
			time.Sleep(7 * time.Second)
			a.service.EndStreams()
		})
		if got := a.call("alice", "SendStreamingMessage", sendV1("m", "abc", "")); got.said() != "UNAVAILABLE getbindu.com SHUTTING_DOWN shutting_down" || len(got.messages) == 0 {
			t.Errorf("%d messages, %+v", len(got.messages), got.status)
		}
		stopping.Wait()
	})
}

// FuzzGRPC sends messages: every answer has a status, and never one of ours.
func FuzzGRPC(f *testing.F) {
	var names []string
	for _, m := range a2a.Methods() {
		if _, ok := protoform.MethodOf(m.Name); ok {
			names = append(names, m.Name)
		}
	}
	for i, name := range names {
		m, _ := protoform.MethodOf(name)
		for _, params := range []string{"{}", `{"id":"x"}`, sendV1("m", "x", "")} {
			if wire, err := m.Request.Append(nil, []byte(params)); err == nil {
				f.Add(byte(i), wire)
			}
		}
	}
	a := newAgent(f, task.Config{})
	f.Fuzz(func(t *testing.T, which byte, wire []byte) {
		method := names[int(which)%len(names)]
		m, _ := protoform.MethodOf(method)
		params, err := m.Request.JSON(wire, protoform.Bounds{Bytes: 1 << 20, Depth: 64})
		if err != nil || jsonrpc.HasDuplicateNames(params) {
			return
		}
		own := &agent{t: t, handler: a.handler, service: a.service}
		if got := own.call("fuzz", method, string(params)); got.status.Code.String() == "INTERNAL" || got.status.Code.String() == "UNKNOWN" {
			t.Fatalf("%s: %+v", params, got.status)
		}
	})
}
