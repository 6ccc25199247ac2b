package agent

import (
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/internal/brief"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/task"
)

// Options are what an agent is made of beside its settings.
type Options struct {
	// Settings say everything an operator decides.
	Settings settings.Settings
	// Executor answers messages; nil is the backend that the settings name.
	Executor task.Executor
	// Guard is a command that calls backend.Guard with its standard input: the
	// exec backend has it kill what its commands started when this process is
	// killed. Without one only the commands themselves are killed, on Linux.
	Guard []string
	// Logger takes what an operator should know; nil discards it.
	Logger *slog.Logger
	// Metrics takes the counters; nil is a registry of the agent's own, which
	// also has what the Go runtime and the system say of the process.
	Metrics *prometheus.Registry
	// Rand is the source of keys, secrets and nonces; nil is crypto/rand.
	Rand io.Reader
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Home are options for the agent's directory, which only tests have.
	Home []home.Option
	// Issuers reaches the token issuers that AUTH__PROVIDER=auth0|oidc and
	// AUTH__CLIENT_ID name; nil is a client of the agent's own, which trusts
	// AUTH__ISSUER_CA_FILE. It is never used for anything else.
	Issuers *http.Client
	// RootsEvery is how often the roots of the CA are fetched; zero is every 45
	// seconds, so that a root that was removed is distrusted within a minute.
	RootsEvery time.Duration
	// ProbeEvery is about how often Hydra is asked whether it answers; four times
	// as long passes between two looks at our own client there. Zero is every 15
	// seconds.
	ProbeEvery time.Duration
	// Takeover lets the agent replace a registration of its DID that is not
	// known to be its own; see [hydra.WithTakeover].
	Takeover bool
	// Recreate lets the agent register its client again after it was deleted at
	// Hydra; see [hydra.WithRecreate].
	Recreate bool
}

// withDefaults fills in what may be left out.
func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Logger = slog.New(brief.Handler(o.Logger.Handler()))
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
		o.ProbeEvery = probeEvery
	}
	return o
}
