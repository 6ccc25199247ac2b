package hydratest

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// Options say what kind of Hydra to start. The zero value is the usual one.
type Options struct {
	// InMemory serves over pipes instead of sockets; use [Server.Client].
	InMemory bool
	// Issuer is the iss of all tokens, the public URL if empty.
	Issuer string
	// TokenTTL is the lifetime of tokens, one hour if zero.
	TokenTTL time.Duration
	// RS256 signs tokens as Hydra does by default; otherwise with ES256,
	// whose keys cost nothing to make.
	RS256 bool
	// Now is the clock, time.Now if nil.
	Now func() time.Time
	// Quirks choose among the differences between versions.
	Quirks Quirks
}

// Quirks are ways in which builds of Hydra differ from v2.3.0.
type Quirks struct {
	// PutReplacesSecret: a PUT without client_secret sets a new one that nobody learns.
	PutReplacesSecret bool
	// IgnoreTokenStrategy: access_token_strategy is not known (before v2.2), tokens are opaque.
	IgnoreTokenStrategy bool
	// LoseStorage: introspection calls every token inactive, and health is fine.
	LoseStorage bool
}

// Server is a running fake. Its methods may be called concurrently.
type Server struct {
	// AdminURL and PublicURL are the base URLs of the two APIs.
	AdminURL, PublicURL string

	options       Options
	admin, public *httptest.Server
	network       *network // nil without InMemory
	transport     *http.Transport
	quit          chan struct{} // closed when the server stops

	mu       sync.Mutex
	quirks   Quirks
	clients  map[string]*client
	tokens   map[string]*issued
	raw      map[string]string // introspection answers by token
	keys     []signingKey      // the first signs
	faults   map[Endpoint]Fault
	before   map[Endpoint]func(*http.Request)
	requests map[Endpoint]int
}

// Start starts a server that stops when the test ends.
func Start(tb testing.TB, o Options) *Server {
	tb.Helper()
	s := New(o)
	tb.Cleanup(s.Close)
	return s
}

// New starts a server for the caller to close.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.TokenTTL == 0 {
		o.TokenTTL = time.Hour
	}
	s := &Server{
		options: o, quirks: o.Quirks, quit: make(chan struct{}),
		clients: map[string]*client{}, tokens: map[string]*issued{}, raw: map[string]string{},
		faults: map[Endpoint]Fault{}, before: map[Endpoint]func(*http.Request){}, requests: map[Endpoint]int{},
	}
	s.keys = []signingKey{newSigningKey(o.RS256)}
	if o.InMemory {
		s.network = newNetwork()
	}
	s.admin = s.serve("hydra-admin.test", s.adminRoutes())
	s.public = s.serve("hydra-public.test", s.publicRoutes())
	// The addresses are known before anybody can ask for them.
	s.AdminURL, s.PublicURL = "http://"+s.admin.Listener.Addr().String(), "http://"+s.public.Listener.Addr().String()
	s.transport = &http.Transport{DisableCompression: true, DialContext: s.dialer()}
	s.admin.Start()
	s.public.Start()
	return s
}

// Client returns an HTTP client that reaches the server, with or without sockets.
func (s *Server) Client() *http.Client { return &http.Client{Transport: s.transport} }

// Issuer returns the iss of the server's tokens.
func (s *Server) Issuer() string {
	if s.options.Issuer != "" {
		return s.options.Issuer
	}
	return s.PublicURL
}

// Close stops the server, hanging requests included.
func (s *Server) Close() {
	s.mu.Lock()
	select {
	case <-s.quit:
		s.mu.Unlock()
		return
	default:
		close(s.quit)
	}
	s.mu.Unlock()
	s.transport.CloseIdleConnections()
	s.admin.Close()
	s.public.Close()
}

// serve returns a server that is not started yet.
func (s *Server) serve(host string, h http.Handler) *httptest.Server {
	if s.network == nil {
		return httptest.NewUnstartedServer(h)
	}
	return &httptest.Server{Listener: s.network.listen(host), Config: &http.Server{Handler: h}}
}

func (s *Server) dialer() func(context.Context, string, string) (net.Conn, error) {
	if s.network == nil {
		return new(net.Dialer).DialContext
	}
	return s.network.dial
}

// SetQuirks changes the server's quirks.
func (s *Server) SetQuirks(q Quirks) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quirks = q
}

// Wipe forgets all clients and tokens and makes new signing keys, as a Hydra
// does whose database is new.
func (s *Server) Wipe() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.clients)
	clear(s.tokens)
	s.keys = []signingKey{newSigningKey(s.options.RS256)}
}

// RotateKeys makes a new signing key. The old ones stay in the key set.
func (s *Server) RotateKeys() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = append([]signingKey{newSigningKey(s.options.RS256)}, s.keys...)
}

// ReplaceKeys makes a new signing key and forgets the others.
func (s *Server) ReplaceKeys() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = []signingKey{newSigningKey(s.options.RS256)}
}
