package upstream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/internal/loopback"
	"github.com/getbindu/bindu-go/task"
)

// Config says where the agent is, and how much it may answer.
type Config struct {
	// URL is its address: http on loopback, or unix:///path ([loopback.Parse]).
	URL string
	// Timeout is how long it may be silent: until its answer, or between two events.
	Timeout time.Duration
	// AnswerLimit is how many bytes an answer or an event may have.
	AnswerLimit int64
	// Prove returns headers that tell the upstream who asks; nil for none.
	Prove func(caller identity.Caller, method string) (http.Header, error)
	// ProbeEvery is about how often it is asked whether it is there; zero is every 10 s.
	ProbeEvery time.Duration
	// Logger gets what peers are not told; nil discards it.
	Logger *slog.Logger
}

// Upstream is a [task.Executor]. Close it.
type Upstream struct {
	cfg       Config
	at        loopback.Endpoint
	transport *http.Transport
	http      fetch.Client

	card  atomic.Pointer[spoken] // what the card said last; nil until it was read
	known atomic.Pointer[spoken] // the same, or what was found to be so instead
	away  atomic.Pointer[string] // the word of /readyz, nil for none

	base       context.Context // of what goes on behind an execution
	stop       context.CancelFunc
	background sync.WaitGroup
}

var _ task.Executor = (*Upstream)(nil)

// New checks the configuration. Nobody is asked yet.
func New(cfg Config) (*Upstream, error) {
	at, err := loopback.Parse(cfg.URL)
	switch {
	case err != nil:
		return nil, fmt.Errorf("upstream: %w", err)
	case cfg.Timeout <= 0 || cfg.AnswerLimit <= 0:
		return nil, errors.New("upstream: a timeout and a limit of answers are required")
	}
	if cfg.ProbeEvery <= 0 {
		cfg.ProbeEvery = 10 * time.Second
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	u := &Upstream{cfg: cfg, at: at, transport: at.Transport()}
	u.http = fetch.NewClient(&http.Client{Transport: u.transport})
	u.base, u.stop = context.WithCancel(context.Background())
	return u, nil
}

// Close ends what goes on, and waits for it.
func (u *Upstream) Close() error {
	u.stop()
	u.background.Wait()
	u.transport.CloseIdleConnections()
	return nil
}
