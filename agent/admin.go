package agent

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/getbindu/bindu-go/server"
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
	live := func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{"live": true})
	}
	readiness := func(w http.ResponseWriter, _ *http.Request) {
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
	}
	return exactRoutes(map[string]http.Handler{
		"/livez":   http.HandlerFunc(live),
		"/readyz":  http.HandlerFunc(readiness),
		"/metrics": promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}),
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

const (
	adminConnections = 128
	adminHeaderBytes = 32 << 10
)

// openAdmin starts the admin port before anything that may take long.
func (a *Agent) openAdmin() error {
	addr := a.set.Network.AdminAddr()
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return listenError("NETWORK__ADMIN_HOST", "NETWORK__ADMIN_PORT", addr, err)
	}
	port := server.Config{
		Listener: ln, Name: "admin",
		Handler: ownNames(append([]string{string(a.set.Network.AdminHost)}, a.set.Network.AdminHosts...), a.log, adminHandler(a.ready, a.metrics)),
		// Whoever opens more takes no file from the private port.
		Limits:   server.Limits{Connections: adminConnections, ConnectionsPerPeer: adminConnections / 2, HeaderBytes: adminHeaderBytes},
		Timeouts: server.Timeouts{Header: 5 * time.Second, Body: 5 * time.Second, Write: 30 * time.Second, Answer: 30 * time.Second, Idle: 10 * time.Second},
	}
	if err := a.serve(port, time.Second); err != nil {
		return errors.Join(err, ln.Close())
	}
	a.adminAddr.Store(ln.Addr())
	a.log.Info("admin port open", "url", "http://"+ln.Addr().String()+"/readyz")
	return nil
}
