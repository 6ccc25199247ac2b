package egress

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/egress/pins"
	"github.com/getbindu/bindu-go/peer"
)

// Pins remember who was met first at an address.
type Pins interface {
	// Get returns the zero Pin for an address of which nothing is remembered.
	Get(address string) (pins.Pin, error)
	// Set returns once the pin is kept.
	Set(address string, p pins.Pin) error
}

// Limits bound what calls may hold, and for how long. All are needed.
type Limits struct {
	// Requests are those under way at once, streams included.
	Requests int
	// BodyBytes is the size of a request's body.
	BodyBytes int64
	// Find is how long it may take to find out who a peer is.
	Find time.Duration
	// Answer is how long a peer may take until its answer begins.
	Answer time.Duration
	// Silence is how long an answer that has begun may bring nothing.
	Silence time.Duration
	// Fresh is how long what was found out about a peer counts.
	Fresh time.Duration
}

// Config says as whom calls are made, and to whom.
type Config struct {
	// Client calls as the agent; who made it closes it.
	Client *peer.Client
	// Peers are whom it may call.
	Peers *Peers
	// Pins remember who was met first.
	Pins Pins
	// Recorder takes each call once.
	Recorder Recorder
	// Metrics take what is under way and how long it took; nil for none.
	Metrics prometheus.Registerer
	Limits  Limits
	// Now is the clock; nil is time.Now. Rand makes the ids of requests; nil is
	// crypto/rand. Log takes what an operator should know; nil discards it.
	Now  func() time.Time
	Rand io.Reader
	Log  *slog.Logger
}

// Recorder takes decisions, as [audit.Recorder] does.
type Recorder interface {
	Record(ctx context.Context, e audit.Event)
}

func (c Config) withDefaults() (Config, error) {
	l := c.Limits
	switch {
	case c.Client == nil || c.Peers == nil || c.Pins == nil || c.Recorder == nil:
		return c, errors.New("egress: calls need a client, a list of peers, a memory of them and a recorder")
	case l.Requests <= 0 || l.BodyBytes <= 0 || l.Find <= 0 || l.Answer <= 0 || l.Silence <= 0 || l.Fresh <= 0:
		return c, errors.New("egress: every limit has to be more than zero")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// Egress passes calls on. Make it with [New].
type Egress struct {
	cfg     Config
	places  chan struct{}
	metrics *metrics
	ending  context.Context // ended by EndStreams
	end     context.CancelFunc

	mu    sync.Mutex
	seats map[string]*seat // by the name of the peer
}

// New returns an Egress that serves nobody yet: see [Egress.Port] and [Egress.Socket].
func New(cfg Config) (*Egress, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	e := &Egress{cfg: cfg, places: make(chan struct{}, cfg.Limits.Requests), seats: make(map[string]*seat)}
	e.ending, e.end = context.WithCancel(context.Background())
	if e.metrics, err = newMetrics(cfg.Metrics); err != nil {
		return nil, err
	}
	return e, nil
}

// EndStreams tells the readers of streams that we are about to stop, and ends them.
func (e *Egress) EndStreams() { e.end() }
