package a2a_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/getbindu/bindu-go/internal/lease"
	"github.com/getbindu/bindu-go/task"
)

func TestStreamsOfHTTPJSON(t *testing.T) {
	inBubble(t, spelling, func(t *testing.T, a *agent) {
		w := a.rest("alice", "POST", "/message:stream", sendV1("m", "abc", ""))
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/event-stream" {
			t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
		}
		events := parseEvents(t, w.Body.String())
		var got []string
		for _, e := range events {
			got = append(got, pick(t, e.data, "jsonrpc", "task.status.state", "statusUpdate.status.state", "artifactUpdate.artifact.parts.text"))
		}
		want := []string{"- TASK_STATE_SUBMITTED - -", "- - - a", "- - TASK_STATE_WORKING -", "- - - b", "- - - c", "- - TASK_STATE_COMPLETED -"}
		if fmt.Sprint(got) != fmt.Sprint(want) || events[3].id == "" {
			t.Errorf("events %q\nwant %q", got, want)
		}
		// Who subscribes with the number of the last event that it has gets those after it.
		id := pick(t, events[0].data, "task.id")
		if w = a.rest("alice", "GET", "/tasks/"+id+":subscribe", "", "Last-Event-ID", events[3].id); w.Code != http.StatusOK {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		rest := parseEvents(t, w.Body.String())
		if len(rest) != 2 || rest[0].id != events[4].id || rest[1] != events[5] {
			t.Errorf("after %s: %q, want %q", events[3].id, rest, events[4:])
		}
	})
}

// A stream that ends early says why in the form of the binding.
func TestAStreamOfHTTPJSONThatEndsSaysWhy(t *testing.T) {
	inBubble(t, spelling, func(t *testing.T, a *agent) {
		asked := 0
		w := leased{httptest.NewRecorder(), func() error {
			if asked++; asked > 2 {
				return &lease.Ended{Reason: "token_inactive", Gate: "token"}
			}
			return nil
		}}
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/message:stream", http.NoBody)
		r.Header.Set("A2A-Version", "1.0")
		newBare(t, a.handler).serve(w, r, sendV1("m", "abc", ""), "alice", t)
		data, events := eventData(t, w.Body.String()), parseEvents(t, w.Body.String())
		if kind := events[len(events)-1].kind; kind != "error" || events[0].kind != "" {
			t.Errorf("the last event is called %q, the first %q", kind, events[0].kind)
		}
		last := pick(t, data[len(data)-1], "jsonrpc", "error.code", "error.status", "error.details.reason", "error.details.metadata.gate")
		if last != "- 401 UNAUTHENTICATED AUTH_EXPIRED token" || len(data) != 3 {
			t.Errorf("events %q", data)
		}
	})
}

// FuzzHTTPJSON sends paths, queries and bodies: every answer is JSON, and never an
// error of ours.
func FuzzHTTPJSON(f *testing.F) {
	for _, seed := range [][3]string{
		{"GET", "/tasks?contextId=a%20b&pageSize=10&includeArtifacts=true", ""}, {"GET", "/tasks/x?historyLength=1", ""}, {"POST", "/tasks/x:cancel", `{"id":"x"}`},
		{"POST", "/message:send", sendV1("m", "x", "")}, {"POST", "/message:stream?A2A-Version=1.0", sendV1("m", "x", "")}, {"GET", "/tasks?lastUpdatedAfter=%zz&&=", "{}"}, {"DELETE", "/tasks/x/pushNotificationConfigs/y", ""},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	a := newAgent(f, task.Config{})
	b := newBare(f, a.handler)
	f.Fuzz(func(t *testing.T, method, target, body string) {
		r, err := http.NewRequestWithContext(t.Context(), "GET", target, http.NoBody)
		if err != nil {
			return
		}
		r.Method = method
		r.Header.Set("A2A-Version", "1.0")
		w := httptest.NewRecorder()
		if !b.serve(w, r, body, "fuzz", t) {
			return
		}
		answers := []string{w.Body.String()}
		if w.Header().Get("Content-Type") == "text/event-stream" {
			answers = eventData(t, w.Body.String())
		}
		for _, answer := range answers {
			if !json.Valid([]byte(answer)) {
				t.Fatalf("answer is not JSON: %s", w.Body)
			}
		}
		if w.Code >= http.StatusInternalServerError {
			t.Fatalf("answer %d %s", w.Code, w.Body)
		}
	})
}
