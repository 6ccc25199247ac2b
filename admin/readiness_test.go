package admin

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestReadinessTellsItsReasonsOnce(t *testing.T) {
	ready := NewReadiness("server", "starting")
	h := answers("", ready, prometheus.NewRegistry(), nil)
	get := func(path string) (int, string) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w.Code, strings.TrimSpace(w.Body.String())
	}
	expect := func(status int, body string) {
		t.Helper()
		if gotStatus, gotBody := get("/readyz"); gotStatus != status || gotBody != body {
			t.Errorf("got %d %s, want %d %s", gotStatus, gotBody, status, body)
		}
	}
	expect(503, `{"ready":false,"reasons":["starting"]}`)
	ready.SetReason("hydra", "hydra_unavailable")
	ready.SetReason("ca", "hydra_unavailable")
	expect(503, `{"ready":false,"reasons":["hydra_unavailable","starting"]}`)
	ready.SetReason("hydra", "")
	ready.SetReason("ca", "")
	ready.SetReason("server", "")
	expect(200, `{"ready":true}`)
	ready.SetReason("certificate", "cert_expired_self")
	expect(503, `{"ready":false,"reasons":["cert_expired_self"]}`)
	if status, body := get("/livez"); status != 200 || body != `{"live":true}` {
		t.Errorf("livez: %d %s", status, body)
	}
	h = answers("registrar", ready, prometheus.NewRegistry(), nil)
	expect(503, `{"ready":false,"program":"registrar","reasons":["cert_expired_self"]}`)
	if status, body := get("/livez"); status != 200 || body != `{"live":true,"program":"registrar"}` {
		t.Errorf("livez of a registrar: %d %s", status, body)
	}
	if status, _ := get("/metrics"); status != 200 {
		t.Errorf("metrics: %d", status)
	}
}
