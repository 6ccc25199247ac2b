package oidc

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/oauth"
)

// Limits of a [ClientCredentials] source.
const (
	maxAudiences  = 128
	refreshShare  = 5                // refresh when a fifth of the lifetime is left
	maxAhead      = 10 * time.Minute // but not earlier than this before the end
	handoutMargin = 5 * time.Second  // a token must live this long when handed out
	failurePause  = 10 * time.Second // between attempts to refresh ahead
)

// ClientCredentials fetches access tokens for our own calls by the client
// credentials grant (RFC 6749 section 4.4). A token is kept until shortly before
// its end and replaced ahead of it; concurrent requests for one audience share
// one exchange. It is safe for concurrent use.
type ClientCredentials struct {
	config    ClientCredentialsConfig
	fetch     fetcher
	transport *http.Transport // ours to close, nil if the client was given

	ctx    context.Context // of the exchanges, ends with Close
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	endpoint string // the token endpoint, once known
	tokens   map[string]*heldToken
}

// heldToken is the token for one audience. It is guarded by ClientCredentials.mu.
type heldToken struct {
	value   string
	expires time.Time
	refresh time.Time // from when on to replace it ahead
	flight  *tokenFlight
}

// tokenFlight is one exchange that one or more requests wait for.
type tokenFlight struct {
	done  chan struct{}
	value string // valid once done is closed
	err   error
}

// NewClientCredentials returns a source; nothing is fetched yet. Errors:
// [ErrConfig].
func NewClientCredentials(c ClientCredentialsConfig) (*ClientCredentials, error) {
	c = c.withDefaults()
	if err := c.validate(); err != nil {
		return nil, err
	}
	s := &ClientCredentials{tokens: make(map[string]*heldToken)}
	if c.HTTPClient == nil {
		s.transport = newTransport(c.Roots)
		c.HTTPClient = &http.Client{Transport: s.transport}
	}
	s.config, s.endpoint = c, c.TokenURL
	s.fetch = fetcher{fetch.NewClient(c.HTTPClient), c.Timeout}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// Token returns an access token for audience. Errors: [ErrClientRejected] when
// the authority refused, oauth.ErrUnavailable when it could not be asked or ctx
// ended first, oauth.ErrInvalidResponse, [ErrClosed].
func (s *ClientCredentials) Token(ctx context.Context, audience string) (string, error) {
	value, f, err := s.held(audience)
	if err != nil || f == nil {
		return value, err
	}
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		return "", fmt.Errorf("%w: waiting for a token: %w", oauth.ErrUnavailable, ctx.Err())
	}
}

// held returns the token at hand, or the exchange to wait for.
func (s *ClientCredentials) held(audience string) (string, *tokenFlight, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return "", nil, fmt.Errorf("token source: %w", ErrClosed)
	}
	now := s.config.Now()
	t := s.tokens[audience]
	if t == nil {
		if err := s.makeRoom(now); err != nil {
			return "", nil, err
		}
		t = &heldToken{}
		s.tokens[audience] = t
	}
	usable := t.value != "" && now.Add(handoutMargin).Before(t.expires)
	if t.flight == nil && (!usable || !now.Before(t.refresh)) {
		f := &tokenFlight{done: make(chan struct{})}
		t.flight = f
		s.wg.Go(func() { s.fly(audience, t, f) })
	}
	if usable {
		return t.value, nil, nil
	}
	return "", t.flight, nil
}

// makeRoom keeps the number of audiences bounded: one whose token has ended, or
// else the one that ends first, gives way. mu is held.
func (s *ClientCredentials) makeRoom(now time.Time) error {
	if len(s.tokens) < maxAudiences {
		return nil
	}
	var victim string
	var ends time.Time
	found := false
	for audience, t := range s.tokens {
		if t.flight == nil && (!found || t.expires.Before(ends)) {
			victim, ends, found = audience, t.expires, true
		}
	}
	if !found {
		return fmt.Errorf("%w: tokens for %d audiences are being fetched already", oauth.ErrUnavailable, maxAudiences)
	}
	delete(s.tokens, victim)
	return nil
}

// fly makes one exchange and stores its outcome.
func (s *ClientCredentials) fly(audience string, t *heldToken, f *tokenFlight) {
	started := s.config.Now()
	issued, err := s.exchange(s.ctx, audience)
	if err != nil {
		if s.ctx.Err() != nil {
			err = fmt.Errorf("token source: %w", ErrClosed)
		} else {
			s.config.Logger.WarnContext(s.ctx, "no token from the authority", "client", s.config, "audience", audience, "error", err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f.value, f.err = issued.value, err
	t.flight = nil
	close(f.done)
	if err != nil {
		// A token that is still good stays; the next attempt waits a little.
		t.refresh = s.config.Now().Add(failurePause)
		return
	}
	t.value = issued.value
	t.expires = started.Add(issued.lifetime)
	t.refresh = t.expires.Add(-min(issued.lifetime/refreshShare, maxAhead))
}

// Close ends exchanges under way, waits for them and forgets all tokens. It may
// be called more than once.
func (s *ClientCredentials) Close() error {
	s.mu.Lock()
	s.closed = true
	clear(s.tokens)
	s.mu.Unlock()
	s.cancel()
	s.wg.Wait()
	if s.transport != nil {
		s.transport.CloseIdleConnections()
	}
	return nil
}
