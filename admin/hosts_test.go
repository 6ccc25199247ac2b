package admin

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestHostile179AdminPortKnowsItsNames(t *testing.T) {
	var log bytes.Buffer
	h := ownNames([]string{"127.0.0.1", "Agent.internal"}, slog.New(slog.NewTextHandler(&log, nil)), answers("", NewReadiness("server", "starting"), prometheus.NewRegistry(), nil))
	for host, status := range map[string]int{
		"127.0.0.1:3774": 200, "127.0.0.1": 200, "[::1]:3774": 200, "[::1]": 200, "10.0.0.7:3774": 200, "[fe80::1%25eth0]:3774": 200,
		"localhost:3774": 200, "LOCALHOST": 200, "localhost.:8080": 200, "agent.internal:3774": 200, "agent.INTERNAL.": 200, "": 200,
		"evil.example:3774": 421, "evil.example": 421, "127.0.0.1.evil.example": 421, "localhost.evil.example:3774": 421,
		"evil.localhost": 421, "agent.internal.evil.example": 421, "127.0.0.1:3774:80": 421, "127.0.0.1 evil": 421, "x:127.0.0.1": 421,
		strings.Repeat("a", 500): 421,
	} {
		for _, path := range []string{"/livez", "/metrics"} {
			r := httptest.NewRequest("GET", path, nil)
			r.Host = host
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != status {
				t.Errorf("%q %s: %d, want %d", host, path, w.Code, status)
			}
			if w.Code == 421 && (strings.Contains(w.Body.String(), "live") || strings.Contains(w.Body.String(), "NETWORK__")) {
				t.Errorf("%q: %s", host, w.Body)
			}
		}
	}
	if n := strings.Count(log.String(), "NETWORK__ADMIN_HOSTS"); n != 1 {
		t.Errorf("%d warnings, want one: %s", n, log.String())
	}
	if log.Len() > 600 {
		t.Errorf("a host of 500 bytes is logged in %d", log.Len())
	}
}
