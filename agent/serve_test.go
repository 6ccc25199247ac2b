package agent

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/settings"
)

// A connection older than LIMITS__CONNECTION_AGE still gets its answer, and
// only then ends; the next request finds a new one, which is young again.
func TestOldConnectionsEndAfterTheirAnswer(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var since atomic.Int64
	a := &Agent{
		opts: Options{Now: func() time.Time { return start.Add(time.Duration(since.Load())) }},
		set:  settings.Settings{Limits: settings.Limits{ConnectionAge: settings.Duration(time.Minute), BodyTimeout: settings.Duration(time.Minute), WriteTimeout: settings.Duration(time.Minute)}},
	}
	var opened atomic.Int64
	server := httptest.NewUnstartedServer(a.bounded(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "served")
	})))
	server.Config.ConnContext = a.connContext
	server.Config.ConnState = countNew(&opened)
	server.Start()
	defer server.Close()
	for _, step := range []struct {
		name    string
		advance time.Duration
		closed  bool
		opened  int64
	}{
		{"a new connection", 0, false, 1},
		{"as old as is allowed", time.Minute, false, 1},
		{"a moment older", 1, true, 1},
		{"its successor", 0, false, 2},
	} {
		since.Add(int64(step.advance))
		resp, err := server.Client().Get(server.URL)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(body) != "served" {
			t.Errorf("%s: %q, %v", step.name, body, err)
		}
		if resp.Close != step.closed || opened.Load() != step.opened {
			t.Errorf("%s: closed %t, %d connections; want %t, %d", step.name, resp.Close, opened.Load(), step.closed, step.opened)
		}
	}
}

func countNew(n *atomic.Int64) func(net.Conn, http.ConnState) {
	return func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			n.Add(1)
		}
	}
}
