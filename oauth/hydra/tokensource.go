package hydra

import (
	"context"
	"slices"
	"time"

	"github.com/getbindu/bindu-go/oauth/internal/issued"
	"github.com/getbindu/bindu-go/oauth/internal/tokens"
)

// TokenSource hands out this agent's access tokens. Its methods may be called
// concurrently.
type TokenSource struct {
	cfg         Config
	owned       bool
	scopes      []string
	credentials *Credentials
	tokens      *tokens.Source
}

const (
	tokenCacheSize = 1000
	tokenPause     = time.Second
)

// NewTokenSource returns a source of tokens with the given scopes. The caller
// closes it.
func NewTokenSource(cfg Config, c *Credentials, scopes []string) *TokenSource {
	cfg, owned := cfg.withDefaults()
	s := &TokenSource{cfg: cfg, owned: owned, scopes: slices.Clone(scopes), credentials: c}
	s.tokens = tokens.New(tokens.Config{
		Request: s.request, Plan: planToken, Now: cfg.Now, Audiences: tokenCacheSize, Pause: tokenPause, Log: cfg.Logger,
	})
	return s
}

// planToken replaces a token after two thirds of its lifetime. The margin at its
// end leaves one that was handed out last time to arrive and be checked.
func planToken(lifetime time.Duration) (ahead, end time.Duration) {
	return lifetime * 2 / 3, lifetime - min(lifetime/10, 30*time.Second)
}

// Token returns an access token for audience, or one without audience for "".
// It is good for a while yet: a token in use is replaced in the background
// after two thirds of its lifetime, and concurrent callers share one request.
//
// Errors are [ErrSecretRejected], [ErrAudienceNotAllowed],
// [ErrScopeNotAllowed], oauth.ErrUnavailable or oauth.ErrInvalidResponse.
func (s *TokenSource) Token(ctx context.Context, audience string) (string, error) {
	return s.tokens.Token(ctx, audience)
}

// Replace has Token return another token for audience than one that somebody did not take
// although it has not ended: Hydra forgot it, or it was revoked. Where none can be had the
// old one stays. Whoever takes no token has us ask a few times in 10 s and no more, after
// which it is an error, too; the other errors are those of Token.
func (s *TokenSource) Replace(ctx context.Context, audience, refused string) error {
	return s.tokens.Replace(ctx, audience, refused)
}

// Fresh returns a token that nobody has used yet and that is not kept: step-ca
// accepts each only once. It must be a JWT, since step-ca reads it without
// asking Hydra; otherwise the error is [ErrOpaqueToken].
func (s *TokenSource) Fresh(ctx context.Context, audience string) (string, error) {
	t, err := s.request(ctx, audience)
	if err != nil {
		return "", err
	}
	if !isJWT(t.Value) {
		return "", ErrOpaqueToken
	}
	return t.Value, nil
}

// Close ends requests in progress, waits for their goroutines and forgets all
// tokens. It may be called more than once.
func (s *TokenSource) Close() {
	s.tokens.Close()
	if s.owned {
		s.cfg.HTTPClient.CloseIdleConnections()
	}
}

func (s *TokenSource) request(ctx context.Context, audience string) (issued.Token, error) {
	r := tokenRequest{credentials: s.credentials, scopes: s.scopes}
	if audience != "" {
		r.audience = []string{audience}
	}
	return requestToken(ctx, s.cfg, r)
}
