package agent

import (
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/internal/brief"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/skill"
	"github.com/getbindu/bindu-go/task"
)

// Options are what an agent is made of beside its settings.
type Options struct {
	// Settings say everything an operator decides.
	Settings settings.Settings
	// Executor answers messages; nil is the backend that the settings name.
	Executor task.Executor
	// Tasks keeps the tasks; nil is what TASK__DATABASE_URL says, or a database in the
	// agent's directory. What a
	// process that ended left unfinished is failed when its lease is over, since
	// others may run tasks from the same store; with nil at the start. The agent
	// does not close it: close it after [Agent.Run] has returned. With PUSH__ENABLED it
	// must keep webhooks ([task.Outbox]).
	Tasks task.Store
	// Replay remembers what was accepted; nil is a memory in the agent's directory.
	// One that forgets when the process ends lets a signature be used again for as
	// long as DID__TIMESTAMP_WINDOW says. The agent does not close it.
	Replay gate.ReplayStore
	// Skills are what the agent can do; nil is what AGENT__SKILLS_FILE says.
	Skills *skill.Set
	// ExtendedSkills are further ones, which only proved callers get to see, on the
	// extended card; nil is what AGENT__EXTENDED_SKILLS_FILE says.
	ExtendedSkills *skill.Set
	// Key is the agent's own key where it is kept elsewhere; nil is that of the
	// directory, which a first start makes. No more than its public half is written
	// to the directory, and one of another key or name is [home.ErrIdentityChanged].
	Key *did.KeyPair
	// DID is the name that goes with Key; the zero DID is what the settings make of
	// the key. Without Key it must be zero: a directory knows its name.
	DID did.DID
	// Guard is a command that calls backend.Guard with its standard input: the
	// exec backend has it kill what its commands started when this process is
	// killed. Without one only the commands themselves are killed, on Linux.
	Guard []string
	// Version names the program for log and metrics; empty is the version of the
	// main module that the Go toolchain noted.
	Version string
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
	// OutwardsOnly has the agent call others and serve nobody: it opens no private port,
	// and has only what EGRESS__PORT and EGRESS__SOCKET name.
	OutwardsOnly bool
	// Takeover lets the agent replace a registration of its DID that is not
	// known to be its own; see [hydra.WithTakeover].
	Takeover bool
	// Recreate lets the agent register its client again after it was deleted at
	// Hydra; see [hydra.WithRecreate].
	Recreate bool
}

var errNameWithoutKey = errors.New("agent: Options.DID goes with Options.Key; the directory has the name of its own key")

func (o Options) check() error {
	if o.Key == nil && !o.DID.IsZero() {
		return errNameWithoutKey
	}
	return nil
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
		o.ProbeEvery = probeEvery
	}
	return o
}
