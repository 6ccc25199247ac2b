package mcp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/internal/loopback"
)

// DefaultPath is where servers are that say nothing else.
const DefaultPath = "/mcp"

// Config says where the server is, and what callers may hold of it. Nothing but what is
// said so may be left out.
type Config struct {
	// URL is its address: http on loopback, or unix:///path ([loopback.Parse]). Without a
	// path it is [DefaultPath].
	URL string
	// Timeout is how long it may be silent: until its answer begins, or between two pieces or
	// events of one. The stream of its own messages may be silent forever.
	Timeout time.Duration
	// AnswerLimit is how many bytes an answer or an event may have.
	AnswerLimit int64
	// Sessions are those of all callers at once, and SessionsPerCaller those of one.
	Sessions, SessionsPerCaller int
	// SessionIdle is how long a session lasts that nobody uses.
	SessionIdle time.Duration
	// Prove returns headers that tell the server who asks for what; nil for none. tool is
	// "" where none is called.
	Prove func(caller identity.Caller, method, tool string) (http.Header, error)
	// Now is the clock of sessions; nil is time.Now.
	Now func() time.Time
	// ProbeEvery is about how often it is looked whether the server is there; zero is every
	// 10 s.
	ProbeEvery time.Duration
	// Logger gets what callers are not told; nil discards it.
	Logger *slog.Logger
}

func (c Config) withDefaults() (Config, error) {
	if c.Timeout <= 0 || c.AnswerLimit <= 0 || c.Sessions <= 0 || c.SessionsPerCaller <= 0 || c.SessionIdle <= 0 {
		return c, errors.New("mcp: a timeout, a limit of answers and those of sessions are required")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.ProbeEvery <= 0 {
		c.ProbeEvery = 10 * time.Second
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// Handler answers for the server. It is for behind the gates, which put caller and message
// into the context of a request. Make it with [New], and close it.
type Handler struct {
	cfg       Config
	at        loopback.Endpoint
	url       string
	transport *http.Transport
	http      fetch.Client
	sessions  *sessions
	away      atomic.Bool

	ending context.Context // ended by EndStreams
	end    context.CancelFunc
}

// New checks the configuration. Nobody is asked yet.
func New(cfg Config) (*Handler, error) {
	at, err := loopback.Parse(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("mcp: %w", err)
	}
	if cfg, err = cfg.withDefaults(); err != nil {
		return nil, err
	}
	h := &Handler{cfg: cfg, at: at, url: at.At(""), transport: at.Transport(), sessions: newSessions(cfg)}
	if at.Path() == "" {
		h.url = at.At(DefaultPath)
	}
	h.http = fetch.NewClient(&http.Client{Transport: h.transport})
	h.ending, h.end = context.WithCancel(context.Background())
	return h, nil
}

// EndStreams ends the streams of the server's own messages, which last as long as their
// readers want, and no other answer. A nil Handler has none.
func (h *Handler) EndStreams() {
	if h != nil {
		h.end()
	}
}

// Close ends what is open. No request may be answered any more.
func (h *Handler) Close() error {
	h.end()
	h.transport.CloseIdleConnections()
	return nil
}
