package hydra

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// TokenSource hands out this agent's access tokens. Its methods may be called
// concurrently.
type TokenSource struct {
	cfg    Config
	owned  bool
	scopes []string
	tokens *ahead[tokenKey, token]

	mu      sync.Mutex // serialises SetCredentials
	current atomic.Pointer[generation]
}

// generation ties tokens to the credentials they were issued for.
type generation struct {
	number      uint64
	credentials *Credentials
}

type tokenKey struct {
	generation uint64
	audience   string
}

const (
	tokenCacheSize = 1000
	tokenPause     = time.Second
)

// NewTokenSource returns a source of tokens with the given scopes. The caller
// closes it.
func NewTokenSource(cfg Config, c *Credentials, scopes []string) *TokenSource {
	cfg, owned := cfg.withDefaults()
	s := &TokenSource{cfg: cfg, owned: owned, scopes: slices.Clone(scopes),
		tokens: newAhead[tokenKey, token](tokenCacheSize, cfg.Now, tokenPause)}
	s.current.Store(&generation{credentials: c})
	return s
}

// Token returns an access token for audience, or one without audience for "".
// It is good for a while yet: a token in use is replaced in the background
// after two thirds of its lifetime, and concurrent callers share one request.
//
// Errors are [ErrSecretRejected], [ErrAudienceNotAllowed],
// [ErrScopeNotAllowed], oauth.ErrUnavailable or oauth.ErrInvalidResponse.
func (s *TokenSource) Token(ctx context.Context, audience string) (string, error) {
	g := s.current.Load()
	key := tokenKey{g.number, audience}
	t, state := s.tokens.peek(key)
	switch state {
	case fresh:
		return t.value, nil
	case due:
		s.tokens.renew(key, s.loader(g, audience))
		return t.value, nil
	}
	t, err := s.tokens.fetch(ctx, key, s.loader(g, audience))
	return t.value, err
}

// Fresh returns a token that nobody has used yet and that is not kept: step-ca
// accepts each only once. It must be a JWT, since step-ca reads it without
// asking Hydra; otherwise the error is [ErrOpaqueToken].
func (s *TokenSource) Fresh(ctx context.Context, audience string) (string, error) {
	t, err := s.request(ctx, s.current.Load(), audience)
	if err != nil {
		return "", err
	}
	if !isJWT(t.value) {
		return "", ErrOpaqueToken
	}
	return t.value, nil
}

// SetCredentials makes further tokens be requested with c. Tokens issued for
// the credentials before are not handed out any more.
func (s *TokenSource) SetCredentials(c *Credentials) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current.Store(&generation{s.current.Load().number + 1, c})
}

// Discard makes the next call of Token for audience request a new one, if it
// would have returned value: for a caller whose peer refused it.
func (s *TokenSource) Discard(audience, value string) {
	key := tokenKey{s.current.Load().number, audience}
	if t, ok := s.tokens.last(key); ok && t.value == value {
		s.tokens.expire(key, s.cfg.Now())
	}
}

// Close ends requests in progress and waits for their goroutines. It may be
// called more than once.
func (s *TokenSource) Close() {
	s.tokens.close()
	if s.owned {
		s.cfg.HTTPClient.CloseIdleConnections()
	}
}

func (s *TokenSource) loader(g *generation, audience string) loader[token] {
	return func(ctx context.Context) (answer[token], error) {
		asked := s.cfg.Now()
		t, err := s.request(ctx, g, audience)
		if err != nil {
			return answer[token]{}, err
		}
		// The margin leaves a token handed out last time to arrive and be checked.
		margin := min(t.lifetime/10, 30*time.Second)
		return answer[token]{value: t, refresh: asked.Add(t.lifetime * 2 / 3), expire: asked.Add(t.lifetime - margin)}, nil
	}
}

func (s *TokenSource) request(ctx context.Context, g *generation, audience string) (token, error) {
	r := tokenRequest{credentials: g.credentials, scopes: s.scopes}
	if audience != "" {
		r.audience = []string{audience}
	}
	return requestToken(ctx, s.cfg, r)
}
