package admin

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/getbindu/bindu-go/server"
)

// Config says what the port shows, and to whom. Only Program, Hosts and Log may be left out.
type Config struct {
	// Listener is where connections come from.
	Listener net.Listener
	// Program is whose port it is, "agent" or "registrar".
	Program string
	// Hosts are the names by which the port may be asked, beside localhost and
	// every address.
	Hosts []string
	// Readiness answers /readyz, Metrics /metrics.
	Readiness *Readiness
	Metrics   prometheus.Gatherer
	// Also are further documents, by exact path. Who asks for them is not known.
	Also map[string]http.Handler
	// Log is told once of a request for another host; nil discards it.
	Log *slog.Logger
}

const (
	connections = 128
	headerBytes = 32 << 10

	headerTimeout = 5 * time.Second
	bodyTimeout   = 5 * time.Second // nobody reads one
	answerTimeout = 30 * time.Second
	idleTimeout   = 10 * time.Second
)

// Port returns what [server.Start] serves the port with. Its limits are fixed:
// whoever opens many connections here takes no file from the port of the gates.
func Port(c Config) (server.Config, error) {
	if c.Readiness == nil || c.Metrics == nil {
		return server.Config{}, errors.New("admin: the port needs readiness and metrics")
	}
	return server.Config{
		Listener: c.Listener, Handler: handler(c), Name: "admin", Log: c.Log,
		Limits:   server.Limits{Connections: connections, ConnectionsPerPeer: connections / 2, HeaderBytes: headerBytes},
		Timeouts: server.Timeouts{Header: headerTimeout, Body: bodyTimeout, Write: answerTimeout, Answer: answerTimeout, Idle: idleTimeout},
	}, nil
}

func handler(c Config) http.Handler {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return ownNames(c.Hosts, c.Log, answers(c.Program, c.Readiness, c.Metrics, c.Also))
}

// NewRegistry returns a registry that shows goroutines, memory and file
// descriptors of the process too: a leak is seen there before it is felt.
func NewRegistry() *prometheus.Registry {
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return metrics
}
