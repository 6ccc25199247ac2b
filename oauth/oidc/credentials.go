package oidc

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/internal/issued"
	"github.com/getbindu/bindu-go/oauth/internal/tokens"
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
	transport *http.Transport        // ours to close, nil if the client was given
	endpoint  atomic.Pointer[string] // the token endpoint, once known
	places    chan struct{}          // for exchanges under way
	tokens    *tokens.Source
}

// NewClientCredentials returns a source; nothing is fetched yet. Errors:
// [ErrConfig].
func NewClientCredentials(c ClientCredentialsConfig) (*ClientCredentials, error) {
	c = c.withDefaults()
	if err := c.validate(); err != nil {
		return nil, err
	}
	s := &ClientCredentials{places: make(chan struct{}, maxAudiences)}
	if c.HTTPClient == nil {
		s.transport = newTransport(c.Roots)
		c.HTTPClient = &http.Client{Transport: s.transport}
	}
	if s.config = c; c.TokenURL != "" {
		s.endpoint.Store(&c.TokenURL)
	}
	s.fetch = fetcher{fetch.NewClient(c.HTTPClient), c.Timeout}
	s.tokens = tokens.New(tokens.Config{
		Request: s.request, Plan: planToken, Now: c.Now, Audiences: maxAudiences, Pause: failurePause,
		Final:  func(error) bool { return false }, // a token that is still good stays
		Left:   func(err error) error { return fmt.Errorf("%w: waiting for a token: %w", oauth.ErrUnavailable, err) },
		Closed: errSourceClosed, Log: c.Logger,
	})
	return s, nil
}

var errSourceClosed = fmt.Errorf("token source: %w", ErrClosed)

func planToken(lifetime time.Duration) (ahead, end time.Duration) {
	return lifetime - min(lifetime/refreshShare, maxAhead), lifetime - handoutMargin
}

// Token returns an access token for audience. Errors: [ErrClientRejected] when
// the authority refused, oauth.ErrUnavailable when it could not be asked or ctx
// ended first, oauth.ErrInvalidResponse, [ErrClosed].
func (s *ClientCredentials) Token(ctx context.Context, audience string) (string, error) {
	return s.tokens.Token(ctx, audience)
}

// Replace has Token return another token for audience than one that somebody did not take
// although it has not ended. Where none can be had the old one stays. Whoever takes no
// token has us ask a few times in 10 s and no more, after which it is an error, too; the
// other errors are those of Token.
func (s *ClientCredentials) Replace(ctx context.Context, audience, refused string) error {
	return s.tokens.Replace(ctx, audience, refused)
}

// request makes one exchange, for so many audiences at once and no more.
func (s *ClientCredentials) request(ctx context.Context, audience string) (issued.Token, error) {
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	default:
		return issued.Token{}, fmt.Errorf("%w: tokens for %d audiences are being fetched already", oauth.ErrUnavailable, maxAudiences)
	}
	token, err := s.exchange(ctx, audience)
	switch {
	case err == nil:
	case ctx.Err() != nil: // which only Close ends
		err = errSourceClosed
	default:
		s.config.Logger.WarnContext(ctx, "no token from the authority", "client", s.config, "audience", audience, "error", err)
	}
	return token, err
}

// Close ends exchanges under way, waits for them and forgets all tokens. It may
// be called more than once.
func (s *ClientCredentials) Close() error {
	s.tokens.Close()
	if s.transport != nil {
		s.transport.CloseIdleConnections()
	}
	return nil
}
