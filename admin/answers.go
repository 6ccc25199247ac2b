package admin

import (
	"encoding/json"
	"maps"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Readyz is the answer of /readyz; its status is 200 if Ready, 503 otherwise.
type Readyz struct {
	Ready    bool     `json:"ready"`
	Program  string   `json:"program,omitempty"`  // whose port it is
	Reasons  []string `json:"reasons,omitempty"`  // why requests would not be served
	Warnings []string `json:"warnings,omitempty"` // what is amiss all the same
}

// answers serves what operators and orchestrators ask: /livez answers as long as
// the process does, /readyz says why requests would not be served.
func answers(program string, ready *Readiness, metrics prometheus.Gatherer, also map[string]http.Handler) http.Handler {
	live := func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, struct {
			Live    bool   `json:"live"`
			Program string `json:"program,omitempty"`
		}{true, program})
	}
	readyz := func(w http.ResponseWriter, _ *http.Request) {
		reasons := ready.Reasons()
		status := http.StatusOK
		if len(reasons) > 0 {
			status = http.StatusServiceUnavailable
		}
		writeJSON(w, status, Readyz{Ready: len(reasons) == 0, Program: program, Reasons: reasons, Warnings: ready.Warnings()})
	}
	routes := maps.Clone(also)
	if routes == nil {
		routes = make(map[string]http.Handler)
	}
	routes["/livez"] = http.HandlerFunc(live)
	routes["/readyz"] = http.HandlerFunc(readyz)
	routes["/metrics"] = promhttp.HandlerFor(metrics, promhttp.HandlerOpts{})
	return exactRoutes(routes)
}

// exactRoutes answers paths as they are spelt and GET alone; http.ServeMux
// would redirect, and answer OPTIONS * in its own way.
func exactRoutes(routes map[string]http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		route, ok := routes[r.URL.EscapedPath()]
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			writeJSON(w, http.StatusMethodNotAllowed, map[string]string{"error": "method not allowed"})
		case !ok:
			writeJSON(w, http.StatusNotFound, map[string]string{"error": "not found"})
		default:
			route.ServeHTTP(w, r)
		}
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the peer is gone if this fails
}
