package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// What is called directly is asked the same as what is called through an agent, and an
// answer that is none is no measurement.
func TestDirectCallsAreMeasuredByTheirAnswers(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked++
		if !strings.Contains(string(body), `"method":"message/send"`) || len(body) != 1024 || r.Header.Get("Authorization") != "" {
			t.Errorf("asked %d bytes: %.200s", len(body), body)
		}
		if asked > 100 {
			_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"x"}}`)
			return
		}
		time.Sleep(time.Millisecond)
		_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,"result":{}}`)
	}))
	defer server.Close()
	g := &generator{}
	found, err := g.direct(t.Context(), order{Target: target{Name: "plain", URL: server.URL}, Body: 1024, Duration: 20 * time.Millisecond})
	if err != nil || found.Requests != asked || found.Requests < 1 || found.P50 < 0.001 || found.P99 < found.P50 {
		t.Errorf("%+v after %d requests: %v", found, asked, err)
	}
	asked = 100
	if found, err := g.direct(t.Context(), order{Target: target{URL: server.URL}, Body: 1024}); err == nil {
		t.Errorf("an error was measured: %+v", found)
	}
}
