package a2a_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/task"
)

// FuzzHandler sends whole bodies: every answer is JSON, and never an error of ours.
func FuzzHandler(f *testing.F) {
	for _, seed := range []string{
		request("message/send", sendV03("m", "x", "", "")), request("SendMessage", sendV1("m", "x", "")),
		`{"jsonrpc":"2.0","id":"\ud83d\ude00","method":"tasks/list"}`, `[]`, `{}{}`, `{"a":1,"a":2}`,
	} {
		f.Add([]byte(seed), "1.0")
		f.Add([]byte(seed), "")
	}
	a := newAgent(f, task.Config{})
	f.Fuzz(func(t *testing.T, body []byte, version string) {
		check(t, a, version, string(body))
	})
}

// FuzzParams sends parameters of every method.
func FuzzParams(f *testing.F) {
	methods := a2a.Methods()
	for i := range methods {
		f.Add(uint(i), []byte(`{"id":"x","taskId":"x","contextId":"x","feedback":"x","length":1,"historyLength":1,"pageSize":1,"pageToken":"x"}`))
		f.Add(uint(i), []byte(sendV1("m", "x", `,"taskId":"x"`)))
		f.Add(uint(i), []byte(sendV03("m", "x", `,"metadata":{"a":[1e9,null]}`, `,"historyLength":0`)))
		f.Add(uint(i), []byte(`{"message":{"messageId":"m","role":"user","parts":[null,{"kind":"file","file":{"bytes":"AA=="}},{"kind":"data","data":{}}]}}`))
		f.Add(uint(i), []byte(`{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"raw":"AA=="},{"data":[]},{"url":"x"},{"text":""}]}}`))
	}
	a := newAgent(f, task.Config{})
	f.Fuzz(func(t *testing.T, i uint, params []byte) {
		m := methods[i%uint(len(methods))]
		version := ""
		if m.Dialect == card.V1 {
			version = "1.0"
		}
		check(t, a, version, `{"jsonrpc":"2.0","id":1,"method":"`+m.Name+`","params":`+string(params)+`}`)
	})
}

func check(t *testing.T, a *agent, version, body string) {
	t.Helper()
	w := (&agent{t: t, handler: a.handler, service: a.service}).post("fuzz", version, body)
	bodies := []string{w.Body.String()}
	if w.Header().Get("Content-Type") == "text/event-stream" {
		bodies = eventData(t, w.Body.String())
	}
	for _, body := range bodies {
		if !json.Valid([]byte(body)) {
			t.Fatalf("answer is not JSON: %s", w.Body)
		}
	}
	switch w.Code {
	case http.StatusOK, http.StatusBadRequest, http.StatusTooManyRequests:
	default:
		t.Fatalf("answer %d %s", w.Code, w.Body)
	}
}
