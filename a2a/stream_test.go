package a2a_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	sdk "github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/lease"
	"github.com/getbindu/bindu-go/task"
)

// eventData returns the data of each event of a stream, and leaves comments out.
func eventData(t testing.TB, body string) (all []string) {
	t.Helper()
	for _, e := range parseEvents(t, body) {
		all = append(all, e.data)
	}
	return all
}

type event struct{ kind, id, data string }

func parseEvents(t testing.TB, body string) (all []event) {
	t.Helper()
	blocks := strings.Split(body, "\n\n")
	if last := len(blocks) - 1; blocks[last] != "" {
		t.Fatalf("the last event has no end: %q", blocks[last])
	}
	for _, block := range blocks[:len(blocks)-1] {
		var e event
		for line := range strings.SplitSeq(block, "\n") {
			switch name, value, _ := strings.Cut(line, ":"); name {
			case "": // a comment
			case "id":
				e.id = strings.TrimPrefix(value, " ")
			case "event":
				e.kind = strings.TrimPrefix(value, " ")
			case "data":
				e.data = strings.TrimPrefix(value, " ")
			default:
				t.Fatalf("line %q", line)
			}
		}
		if e.data != "" {
			all = append(all, e)
		}
	}
	return all
}

// leased is a writer whose request has a lease.
type leased struct {
	*httptest.ResponseRecorder
	check func() error
}

func (l leased) CheckLease() error { return l.check() }

// stream sends a body as name and returns the answer when it has ended.
func (a *agent) stream(name, version, body, lastEvent string, check func() error) *httptest.ResponseRecorder {
	a.t.Helper()
	return a.streamIn(a.t.Context(), name, version, body, lastEvent, check)
}

// streamIn is stream in a context of one's own.
func (a *agent) streamIn(ctx context.Context, name, version, body, lastEvent string, check func() error) *httptest.ResponseRecorder {
	a.t.Helper()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("A2A-Version", version)
	if lastEvent != "" {
		r.Header.Set("Last-Event-ID", lastEvent)
	}
	r = r.WithContext(identity.NewContext(r.Context(), identity.Caller{DID: callerDID(a.t, name)}))
	w := leased{httptest.NewRecorder(), check}
	if check == nil {
		w.check = func() error { return nil }
	}
	a.handler.ServeHTTP(w, r)
	return w.ResponseRecorder
}

// spelling emits the letters of a message with pauses.
var spelling = executor(func(_ context.Context, req task.Request, emit task.Emit) (task.Result, error) {
	letters := strings.Split(req.Text(), "")
	for i, s := range letters {
		if err := emit(&sdk.Artifact{ID: "a", Parts: sdk.ContentParts{sdk.NewTextPart(s)}}, i < len(letters)-1); err != nil {
			return task.Result{}, err
		}
		time.Sleep(5 * time.Second)
	}
	return task.Result{}, nil
})

const (
	stream1  = `{"jsonrpc":"2.0","id":"k","method":"SendStreamingMessage","params":{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"abc"}]}}}`
	stream03 = `{"jsonrpc":"2.0","id":"k","method":"message/stream","params":{"message":{"kind":"message","messageId":"m","role":"user","parts":[{"kind":"text","text":"abc"}]}}}`
	// As a client of the reference sends it.
	streamRef = `{"jsonrpc":"2.0","id":"11111111-1111-4111-8111-111111111111","method":"message/stream","params":{"message":{"kind":"message","messageId":"11111111-1111-4111-8111-111111111112",
		"contextId":"11111111-1111-4111-8111-111111111113","taskId":"11111111-1111-4111-8111-111111111114","role":"user","parts":[{"kind":"text","text":"abc"}]},
		"configuration":{"acceptedOutputModes":["text/plain"]}}}`
)

func inBubble(t *testing.T, executor task.Executor, test func(t *testing.T, a *agent)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newAgent(t, task.Config{Executor: executor})) })
}

// pick returns members of an object by their paths, "-" for one that is missing.
func pick(t *testing.T, data string, paths ...string) string {
	t.Helper()
	var all []string
	for _, path := range paths {
		var value any
		if err := json.Unmarshal([]byte(data), &value); err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		for name := range strings.SplitSeq(path, ".") {
			switch v := value.(type) {
			case map[string]any:
				value = v[name]
			case []any:
				value = v[0].(map[string]any)[name]
			}
		}
		if value == nil {
			value = "-"
		}
		all = append(all, fmt.Sprint(value))
	}
	return strings.Join(all, " ")
}

func TestStreamsOfEachVersion(t *testing.T) {
	for name, tt := range map[string]struct {
		version, body string
		paths         []string
		want          []string
	}{
		"1.0": {"1.0", stream1, []string{"jsonrpc", "id", "result.task.status.state", "result.statusUpdate.status.state", "result.artifactUpdate.artifact.parts.text", "result.artifactUpdate.append", "result.artifactUpdate.lastChunk"}, []string{
			"2.0 k TASK_STATE_SUBMITTED - - - -", "2.0 k - - a - -", "2.0 k - TASK_STATE_WORKING - - -", "2.0 k - - b true -", "2.0 k - - c true true", "2.0 k - TASK_STATE_COMPLETED - - -",
		}},
		"0.3": {"0.3", stream03, []string{"jsonrpc", "id", "result.kind", "result.status.state", "result.final", "result.artifact.parts.text", "result.append", "result.lastChunk"}, []string{
			"2.0 k task submitted - - - -", "2.0 k artifact-update - - a - -", "2.0 k status-update working false - - -", "2.0 k artifact-update - - b true -", "2.0 k artifact-update - - c true true", "2.0 k status-update completed true - - -",
		}},
		"reference": {"", streamRef, []string{"jsonrpc", "kind", "status.state", "final", "artifact.parts.text", "id", "taskId"}, []string{
			"- task submitted - - 11111111-1111-4111-8111-111111111114 -", "- artifact-update - - a - 11111111-1111-4111-8111-111111111114", "- status-update working false - - 11111111-1111-4111-8111-111111111114",
			"- artifact-update - - b - 11111111-1111-4111-8111-111111111114", "- artifact-update - - c - 11111111-1111-4111-8111-111111111114", "- status-update completed true - - 11111111-1111-4111-8111-111111111114",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, spelling, func(t *testing.T, a *agent) {
				w := a.stream("alice", tt.version, tt.body, "", nil)
				if h := w.Header(); w.Code != http.StatusOK || h.Get("Content-Type") != "text/event-stream" || h.Get("Cache-Control") != "no-store" {
					t.Fatalf("%d %v %s", w.Code, h, w.Body)
				}
				var got []string
				last := 0
				for _, e := range parseEvents(t, w.Body.String()) {
					got = append(got, pick(t, e.data, tt.paths...))
					if id, err := strconv.Atoi(e.id); err != nil || id <= last {
						t.Errorf("event id %q after %d", e.id, last)
					} else {
						last = id
					}
				}
				if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
					t.Errorf("events\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
				}
			})
		})
	}
}

// taskID is that of the task which a stream of 1.0 begins with.
func taskID(t *testing.T, body string) string {
	t.Helper()
	return pick(t, eventData(t, body)[0], "result.task.id")
}

func subscribe(id string) string {
	return `{"jsonrpc":"2.0","id":"s","method":"SubscribeToTask","params":{"id":"` + id + `"}}`
}

// Whoever names the last event that it has gets those behind it.
func TestAStreamIsResumed(t *testing.T) {
	inBubble(t, spelling, func(t *testing.T, a *agent) {
		whole := a.stream("alice", "1.0", stream1, "", nil).Body.String()
		all := parseEvents(t, whole)
		id := taskID(t, whole)
		for i, e := range all[:len(all)-1] {
			w := a.stream("alice", "1.0", subscribe(id), e.id, nil)
			rest := parseEvents(t, w.Body.String())
			if last := rest[len(rest)-1]; last.id != all[len(all)-1].id || pick(t, last.data, "result.statusUpdate.status.state") != "TASK_STATE_COMPLETED" {
				t.Errorf("behind event %d: %+v", i, rest)
			}
		}
		for _, last := range []string{all[len(all)-1].id, "", "-1", "x", "99999999999999999999"} {
			if w := a.stream("alice", "1.0", subscribe(id), last, nil); w.Code != http.StatusOK || parse(t, w).reason() != "task_ended" {
				t.Errorf("behind %q: %d %s", last, w.Code, w.Body)
			}
		}
	})
}

// A number that is no event's says nothing: the task as it stands comes first.
func TestAStreamIsNotResumedBehindWhatNeverWas(t *testing.T) {
	for _, last := range []string{"9223372036854775807", "1000", "-3", "0x1", "9223372036854775808"} {
		inBubble(t, spelling, func(t *testing.T, a *agent) {
			var read *httptest.ResponseRecorder
			var both sync.WaitGroup
			both.Go(func() { a.stream("alice", "1.0", stream1, "", nil) })
			time.Sleep(3 * time.Second)
			list := a.post("alice", "1.0", `{"jsonrpc":"2.0","id":1,"method":"ListTasks"}`)
			id := pick(t, list.Body.String(), "result.tasks.id")
			both.Go(func() { read = a.stream("alice", "1.0", subscribe(id), last, nil) })
			both.Wait()
			data := eventData(t, read.Body.String())
			if first := pick(t, data[0], "result.task.id", "result.task.artifacts.parts.text"); first != id+" a" || pick(t, data[len(data)-1], "result.statusUpdate.status.state") != "TASK_STATE_COMPLETED" {
				t.Errorf("behind %q: %s", last, read.Body)
			}
		})
	}
}

// What keeps a stream from beginning is an answer like any other, in 0.3 an event alone
// to who reads events.
func TestAStreamThatCannotBegin(t *testing.T) {
	a := newAgent(t, task.Config{})
	for name, tt := range map[string]struct {
		version, body, reason string
		code                  int
	}{
		"unknown task":    {"1.0", subscribe("nobodys"), "task_not_found", -32001},
		"no message":      {"1.0", `{"jsonrpc":"2.0","id":1,"method":"SendStreamingMessage","params":{}}`, "params_invalid", -32602},
		"another version": {"1.0", stream03, "method_not_found", -32601},
		"0.3, no task":    {"0.3", `{"jsonrpc":"2.0","id":1,"method":"tasks/resubscribe","params":{"id":"x"}}`, "task_not_found", -32001},
	} {
		w := a.stream("alice", tt.version, tt.body, "", nil)
		if got := parse(t, w); got.Error == nil || got.Error.Code != tt.code || got.reason() != tt.reason {
			t.Errorf("%s: %d %s, want %d %s", name, w.Code, w.Body, tt.code, tt.reason)
		}
		checkOnlyEvent(t, a, name, tt.version, tt.body, w.Body.String())
	}
}

// checkOnlyEvent: whoever reads events alone gets the same error as one.
func checkOnlyEvent(t *testing.T, a *agent, name, version, body, want string) {
	t.Helper()
	events := "application/json"
	if version == "0.3" {
		events = "text/event-stream"
	}
	for accept, as := range map[string]string{"text/event-stream": events, "application/json, Text/Event-Stream": events, "application/json": "application/json", "*/*": "application/json"} {
		w := a.post("alice", version, body, "Accept", accept)
		got := w.Body.String()
		if as == "text/event-stream" {
			got = eventData(t, got)[0]
		}
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != as || got != want {
			t.Errorf("%s to who accepts %s: %d %v %s", name, accept, w.Code, w.Header(), w.Body)
		}
	}
}

// The lease of a stream: nothing more is told than why.
func TestHostile120AStreamEndsWithItsProofs(t *testing.T) {
	inBubble(t, spelling, func(t *testing.T, a *agent) {
		began := time.Now()
		w := a.stream("alice", "1.0", stream1, "", func() error {
			if time.Since(began) < 6*time.Second {
				return nil
			}
			return &lease.Ended{Reason: "token_inactive", Gate: "token"}
		})
		if took := time.Since(began); took > 8*time.Second {
			t.Errorf("it ended after %s", took)
		}
		data := eventData(t, w.Body.String())
		last := data[len(data)-1]
		if got := pick(t, last, "id", "error.data.metadata.reason", "error.data.metadata.gate"); got != "k auth_expired token" {
			t.Errorf("the last event is %s", last)
		}
		if !strings.Contains(w.Body.String(), `"b"`) || strings.Contains(w.Body.String(), `"c"`) {
			t.Errorf("the stream is %s", w.Body)
		}
		time.Sleep(time.Minute)
		got, err := a.service.GetTask(identity.NewContext(t.Context(), identity.Caller{DID: callerDID(t, "alice")}), &sdk.GetTaskRequest{ID: sdk.TaskID(taskID(t, w.Body.String()))})
		if err != nil || got.Status.State != sdk.TaskStateCompleted {
			t.Errorf("the task does not run on: %+v, %v", got, err)
		}
	})
}

// While nobody can tell whether the caller is proved only heartbeats are written, and
// nothing is lost.
func TestAStreamWaitsForAnAuthority(t *testing.T) {
	inBubble(t, spelling, func(t *testing.T, a *agent) {
		began := time.Now()
		rec := make(chan string, 1)
		var whole string
		w := leased{httptest.NewRecorder(), nil}
		w.check = func() error {
			if since := time.Since(began); since > 3*time.Second && since < 60*time.Second {
				return lease.ErrUnknown
			}
			if len(rec) == 0 && time.Since(began) > 10*time.Second {
				rec <- w.Body.String()
			}
			return nil
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(stream1))
		r.Header.Set("A2A-Version", "1.0")
		a.handler.ServeHTTP(w, r.WithContext(identity.NewContext(r.Context(), identity.Caller{DID: callerDID(t, "alice")})))
		whole = w.Body.String()
		paused := ""
		select {
		case paused = <-rec:
		default:
		}
		if n := strings.Count(paused, ": \n\n"); n < 3 || strings.Contains(paused, `"b"`) {
			t.Errorf("until it is known again: %s", paused)
		}
		data := eventData(t, whole)
		if !strings.Contains(whole, `"b"`) || pick(t, data[len(data)-1], "result.statusUpdate.status.state") != "TASK_STATE_COMPLETED" {
			t.Errorf("afterwards: %s", whole)
		}
	})
}

func TestAStreamEndsWithTheAgent(t *testing.T) {
	inBubble(t, spelling, func(t *testing.T, a *agent) {
		var stopping sync.WaitGroup
		stopping.Go(func() {
			time.Sleep(7 * time.Second)
			a.service.EndStreams()
		})
		var outcome jsonrpc.Outcome
		ctx := jsonrpc.WithOutcome(t.Context(), &outcome)
		data := eventData(t, a.streamIn(ctx, "alice", "1.0", stream1, "", nil).Body.String())
		if got := pick(t, data[len(data)-1], "error.data.metadata.reason"); got != "shutting_down" {
			t.Errorf("the last event is %s", data[len(data)-1])
		}
		if outcome.Gate != "" || outcome.Reason != "shutting_down" {
			t.Errorf("a stream that was served until the stop is recorded as %+v", outcome)
		}
		stopping.Wait()
	})
}
