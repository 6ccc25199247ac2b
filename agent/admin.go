package agent

import (
	"encoding/json"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// ownRegistry shows goroutines, memory and file descriptors too: a leak is
// seen there before it is felt.
func ownRegistry() *prometheus.Registry {
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return metrics
}

// adminHandler serves what operators and orchestrators ask: /livez answers as
// long as the process does, /readyz says why requests would not be served.
func adminHandler(ready *readiness, metrics prometheus.Gatherer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{"live": true})
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		reasons := ready.why()
		status := http.StatusOK
		if len(reasons) > 0 {
			status = http.StatusServiceUnavailable
		}
		writeJSON(w, status, struct {
			Ready    bool     `json:"ready"`
			Reasons  []string `json:"reasons,omitempty"`
			Warnings []string `json:"warnings,omitempty"`
		}{len(reasons) == 0, reasons, ready.warned()})
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}))
	return mux
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

// openAdmin starts the admin port before anything that may take long.
func (a *Agent) openAdmin() error {
	addr := a.set.Network.AdminAddr()
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return listenError("NETWORK__ADMIN_HOST", "NETWORK__ADMIN_PORT", addr, err)
	}
	server := &http.Server{
		Handler:           adminHandler(a.ready, a.metrics),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		ErrorLog:          a.stdLog("admin"),
	}
	a.adminAddr.Store(ln.Addr())
	a.serve(server, func() error { return server.Serve(ln) }, time.Second)
	a.log.Info("admin port open", "url", "http://"+ln.Addr().String()+"/readyz")
	return nil
}
