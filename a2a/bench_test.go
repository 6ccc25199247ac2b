package a2a_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/task"
)

// BenchmarkEcho measures a message from its body to the answer, stored in
// SQLite, without the gates; BenchmarkGet a task that is read.
func BenchmarkEcho(b *testing.B) {
	a := newAgent(b, task.Config{Limits: task.Limits{Tasks: 1 << 40, Bytes: 1 << 40}})
	var n atomic.Int64
	benchmark(b, a, "1.0", func() string { return request("SendMessage", sendV1(fmt.Sprint(n.Add(1)), "hello", "")) })
}

func BenchmarkGet(b *testing.B) {
	a := newAgent(b, task.Config{})
	var sent wireTask
	a.v03("bench", "message/send", sendV03("m", "hello", "", `,"blocking":true`), &sent)
	benchmark(b, a, "", func() string { return request("tasks/get", `{"id":"`+sent.ID+`"}`) })
}

func benchmark(b *testing.B, a *agent, version string, body func() string) {
	caller := identity.Caller{DID: callerDID(b, "bench")}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body()))
			r.Header.Set("A2A-Version", version)
			w := httptest.NewRecorder()
			a.handler.ServeHTTP(w, r.WithContext(identity.NewContext(r.Context(), caller)))
			if w.Code != http.StatusOK {
				b.Errorf("answer %d %s", w.Code, w.Body)
				return
			}
		}
	})
}
