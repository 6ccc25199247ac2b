package a2a_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/task"
)

func TestErrorsOfHTTPJSON(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	var sent struct{ Task wireTask }
	restTask(t, a.rest("alice", "POST", "/message:send", sendV1("m1", "hello", "")), &sent)
	const invalid = "400 INVALID_ARGUMENT a2a-protocol.org INVALID_PARAMS params_invalid"
	for request, want := range map[string]string{
		"GET /tasks/x":                              "404 NOT_FOUND a2a-protocol.org TASK_NOT_FOUND task_not_found",
		"POST /tasks/x:cancel":                      "404 NOT_FOUND a2a-protocol.org TASK_NOT_FOUND task_not_found",
		"POST /tasks/x:subscribe":                   "404 NOT_FOUND a2a-protocol.org TASK_NOT_FOUND task_not_found",
		"POST /tasks/ID:cancel":                     "400 FAILED_PRECONDITION a2a-protocol.org TASK_NOT_CANCELABLE task_ended",
		"GET /tasks/ID:subscribe":                   "400 FAILED_PRECONDITION a2a-protocol.org UNSUPPORTED_OPERATION task_ended",
		"GET /extendedAgentCard":                    "400 FAILED_PRECONDITION a2a-protocol.org UNSUPPORTED_OPERATION extended_card_unsupported",
		"GET /tasks?status=x":                       invalid,
		"GET /tasks?state=x":                        invalid,
		"GET /tasks?page_size=1":                    invalid,
		"GET /tasks?tenant=x":                       invalid,
		"GET /tasks?pageSize=":                      invalid,
		"GET /tasks?pageSize=0x1":                   invalid,
		"GET /tasks?pageSize=1e1":                   invalid,
		"GET /tasks?pageSize=01":                    invalid,
		"GET /tasks?pageSize=1&pageSize=1":          invalid,
		"GET /tasks?pageSize":                       invalid,
		"GET /tasks?includeArtifacts=1":             invalid,
		"GET /tasks?includeArtifacts=TRUE":          invalid,
		"GET /tasks?statusTimestampAfter=yesterday": invalid,
		"GET /tasks?statusTimestampAfter=2026-01-01T00:00:00Z&lastUpdatedAfter=2026-01-01T00:00:00Z": invalid,
		"GET /tasks?contextId=%zz":                  invalid,
		"GET /tasks?contextId=%ff":                  invalid,
		"GET /tasks?contextId=a;b=c":                invalid,
		"GET /tasks?contextId=a&":                   invalid[:0],
		"GET /tasks?&contextId=a":                   invalid,
		`GET /tasks {"contextId":"x"}`:              invalid,
		`GET /tasks/ID {}`:                          invalid,
		"GET /tasks/ID?pageSize=1":                  invalid,
		"GET /tasks/ID?historyLength=true":          invalid,
		"GET /tasks/ID?id=x":                        invalid,
		"POST /tasks/ID:cancel?id=x":                invalid,
		`POST /tasks/ID:cancel {"id":"x"}`:          invalid,
		`POST /tasks/ID:cancel {"id":null}`:         invalid,
		`POST /tasks/ID:cancel {"\u0069d":"x"}`:     invalid,
		"POST /message:send":                        invalid,
		`POST /message:send?a=b {}`:                 invalid,
		`POST /message:stream {"message":null}`:     invalid,
		"POST /tasks/x/pushNotificationConfigs {}":  "400 FAILED_PRECONDITION a2a-protocol.org PUSH_NOTIFICATION_NOT_SUPPORTED push_unsupported",
		"GET /tasks/x/pushNotificationConfigs":      "400 FAILED_PRECONDITION a2a-protocol.org PUSH_NOTIFICATION_NOT_SUPPORTED push_unsupported",
		"GET /tasks/x/pushNotificationConfigs/y":    "400 FAILED_PRECONDITION a2a-protocol.org PUSH_NOTIFICATION_NOT_SUPPORTED push_unsupported",
		"DELETE /tasks/x/pushNotificationConfigs/y": "400 FAILED_PRECONDITION a2a-protocol.org PUSH_NOTIFICATION_NOT_SUPPORTED push_unsupported",
	} {
		method, rest, _ := strings.Cut(strings.ReplaceAll(request, "ID", sent.Task.ID), " ")
		target, body, _ := strings.Cut(rest, " ")
		w := a.rest("alice", method, target, body)
		if want == "" {
			if w.Code != http.StatusOK {
				t.Errorf("%s: %d %s", request, w.Code, w.Body)
			}
		} else if got := restError(t, w); got != want {
			t.Errorf("%s: %s, want %s\n%s", request, got, want, w.Body)
		}
	}
	for target, version := range map[string]string{
		"/tasks?A2A-Version=1.0&A2A-Version=1.0": "1.0", "/tasks?A2A-Version=0.3": "1.0", "/tasks?pageSize=1&A2A-Version=": "1.0", "/tasks?A2A-Version=1.0&unknown=1": "0.3",
	} {
		if got := restError(t, a.rest("alice", "GET", target, "", "A2A-Version", version)); got != "400 FAILED_PRECONDITION a2a-protocol.org VERSION_NOT_SUPPORTED version_not_supported" {
			t.Errorf("%s beside %s: %s", target, version, got)
		}
	}
	for _, version := range []string{"", "0.3", "2.0"} {
		w := a.rest("alice", "GET", "/tasks?unknown=1", "", "A2A-Version", version)
		if got := restError(t, w); got != "400 FAILED_PRECONDITION a2a-protocol.org VERSION_NOT_SUPPORTED version_not_supported" {
			t.Errorf("version %q: %s", version, got)
		}
	}
}

// Not one byte of an answer says whether a task is somebody else's or nobody's.
func TestHostile112HTTPJSON(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	var alices struct{ Task wireTask }
	restTask(t, a.rest("alice", "POST", "/message:send", sendV1("m1", "secret", "")), &alices)
	const random = "01890a5d-ac96-774b-bcce-b302099a8057"
	for _, request := range []string{
		"GET /tasks/ID", "GET /tasks/ID?historyLength=3", "POST /tasks/ID:cancel", "POST /tasks/ID:subscribe", "GET /tasks/ID:subscribe",
		"POST /tasks/ID/pushNotificationConfigs {}", "DELETE /tasks/ID/pushNotificationConfigs/x", "POST /message:send " + sendV1("m2", "x", `,"taskId":"ID"`), "POST /message:stream " + sendV1("m3", "x", `,"taskId":"ID"`),
	} {
		var answers [2]string
		for i, id := range []string{alices.Task.ID, random} {
			method, rest, _ := strings.Cut(strings.ReplaceAll(request, "ID", id), " ")
			target, body, _ := strings.Cut(rest, " ")
			w := a.rest("bob", method, target, body)
			answers[i] = fmt.Sprint(w.Code, w.Header(), w.Body)
			restError(t, w)
		}
		if answers[0] != answers[1] {
			t.Errorf("%s: a foreign task %s\nan unknown one %s", request, answers[0], answers[1])
		}
	}
}

// What this agent cannot do now has the status and the form of a refusal.
func TestRefusalsOfHTTPJSON(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{Limits: task.Limits{Tasks: 1}})
	a.rest("alice", "POST", "/message:send", sendV1("m1", "x", ""))
	w := a.rest("alice", "POST", "/message:send", sendV1("m2", "x", ""))
	if got := restError(t, w); got != "429 RESOURCE_EXHAUSTED getbindu.com QUOTA_EXCEEDED quota_exceeded" {
		t.Errorf("%s", w.Body)
	}
	w = httptest.NewRecorder()
	a.handler.(*a2a.Handler).HTTPJSON().ServeHTTP(w, httptest.NewRequest("GET", "/tasks", http.NoBody))
	if got := restError(t, w); got != "404 NOT_FOUND getbindu.com NOT_FOUND not_found" {
		t.Errorf("without a route: %s", w.Body)
	}
}
