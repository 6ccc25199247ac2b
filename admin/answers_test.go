package admin

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestAdminPortAnswersExactPathsAndGETOnly(t *testing.T) {
	h := answers("", NewReadiness("server", "starting"), prometheus.NewRegistry(), nil)
	for request, status := range map[string]int{
		"GET /livez": 200, "HEAD /livez": 200, "GET /livez?verbose": 200,
		"GET //livez": 404, "GET /./livez": 404, "GET /livez/": 404, "GET /%6civez": 404, "GET /": 404,
		"POST /livez": 405, "OPTIONS *": 405, "OPTIONS /livez": 405, "GET *": 404, "DELETE /nothing": 405,
	} {
		method, target, _ := strings.Cut(request, " ")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, target, nil))
		if w.Code != status || (status == 405) != (w.Header().Get("Allow") == "GET, HEAD") {
			t.Errorf("%s: %d, Allow %q; want %d", request, w.Code, w.Header().Get("Allow"), status)
		}
	}
}

func TestFurtherDocumentsStandBesideTheOwnOnes(t *testing.T) {
	also := map[string]http.Handler{"/keys": http.NotFoundHandler(), "/livez": http.NotFoundHandler(), "/more": http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}
	h := answers("", NewReadiness("server", "starting"), prometheus.NewRegistry(), also)
	for request, status := range map[string]int{"GET /more": 200, "POST /more": 405, "GET /more/": 404, "GET /keys": 404, "GET /livez": 200} {
		method, target, _ := strings.Cut(request, " ")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, target, nil))
		if w.Code != status {
			t.Errorf("%s: %d, want %d", request, w.Code, status)
		}
	}
}
