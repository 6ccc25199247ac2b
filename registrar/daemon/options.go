package daemon

import (
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/internal/brief"
	"github.com/getbindu/bindu-go/settings"
)

// Options are what a registrar is made of beside its settings.
type Options struct {
	// Settings say everything an operator decides.
	Settings settings.RegistrarSettings
	// Version names the program for log and metrics; empty is the version of the
	// main module that the Go toolchain noted.
	Version string
	// Logger takes what an operator should know; nil discards it.
	Logger *slog.Logger
	// Metrics takes the counters; nil is a registry of the registrar's own.
	Metrics *prometheus.Registry
	// Rand is the source of keys, secrets and tokens; nil is crypto/rand.
	Rand io.Reader
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// ProbeEvery is a fourth of the time between two looks at the registrar's own
	// client; zero is 15 seconds.
	ProbeEvery time.Duration
	// Takeover lets the registrar replace a registration of its own DID that is not
	// known to be its own; Recreate lets it register again after that was deleted.
	Takeover, Recreate bool
}

// withDefaults fills in what may be left out.
func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Logger = slog.New(brief.Handler(o.Logger.Handler()))
	if o.Version == "" {
		o.Version = boot.BuiltVersion()
	}
	if o.Metrics == nil {
		o.Metrics = admin.NewRegistry()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.ProbeEvery <= 0 {
		o.ProbeEvery = 15 * time.Second
	}
	return o
}
