package stepcatest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// issuer plays the OpenID issuer for tokens of [Server.Token], and finds the
// keys of a real one when it has a configuration endpoint.
type issuer struct {
	name     string
	endpoint string
	now      func() time.Time
	keys     jose.JSONWebKeySet

	mu  sync.Mutex
	key jose.JSONWebKey // signs
}

const keyID = "stepcatest"

func newIssuer(tb testing.TB, cfg Config) *issuer {
	tb.Helper()
	key := newKey(tb)
	private := jose.JSONWebKey{Key: key, KeyID: keyID, Algorithm: string(jose.ES256), Use: "sig"}
	return &issuer{
		name:     cfg.Issuer,
		endpoint: cfg.ConfigurationEndpoint,
		now:      cfg.Now,
		key:      private,
		keys:     jose.JSONWebKeySet{Keys: []jose.JSONWebKey{private.Public()}},
	}
}

// TokenOption makes a token different from a good one.
type TokenOption func(*jwt.Claims)

// Audience sets who the token is for.
func Audience(aud ...string) TokenOption {
	return func(c *jwt.Claims) { c.Audience = aud }
}

// IssuedAt sets when it was issued; it lives five minutes from there.
func IssuedAt(at time.Time) TokenOption {
	return func(c *jwt.Claims) {
		c.IssuedAt, c.NotBefore = jwt.NewNumericDate(at), jwt.NewNumericDate(at)
		c.Expiry = jwt.NewNumericDate(at.Add(5 * time.Minute))
	}
}

// Token mints a one-time token for subject as the issuer behind the CA would.
func (s *Server) Token(subject string, opts ...TokenOption) string {
	s.tb.Helper()
	token, err := s.issuer.mint(subject, s.cfg.Audience, opts...)
	if err != nil {
		s.tb.Fatalf("fake step-ca: mint token: %v", err)
	}
	return token
}

// Tokens returns a source of fresh tokens for subject, in the form an Enroller takes.
func (s *Server) Tokens(subject string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		return s.issuer.mint(subject, s.cfg.Audience)
	}
}

// RotateIssuerKey makes the issuer sign with a key that the CA has not fetched, as after a wiped Hydra.
func (s *Server) RotateIssuerKey() {
	s.tb.Helper()
	key := newKey(s.tb)
	s.issuer.mu.Lock()
	defer s.issuer.mu.Unlock()
	s.issuer.key.Key = key
}

func (i *issuer) mint(subject, aud string, opts ...TokenOption) (string, error) {
	i.mu.Lock()
	key := i.key
	i.mu.Unlock()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", err
	}
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		return "", err
	}
	claims := jwt.Claims{Issuer: i.name, Subject: subject, Audience: jwt.Audience{aud}, ID: hex.EncodeToString(id[:])}
	IssuedAt(i.now())(&claims)
	for _, opt := range opts {
		opt(&claims)
	}
	return jwt.Signed(signer).Claims(claims).Serialize()
}

// verify applies the rules of the OIDC provisioner: signature, issuer, audience, one minute of leeway.
func (i *issuer) verify(ctx context.Context, token, aud string, now time.Time) (*jwt.Claims, error) {
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.ES256, jose.RS256})
	if err != nil {
		return nil, err
	}
	keys := i.keys
	if i.endpoint != "" {
		if keys, err = fetchKeys(ctx, i.endpoint); err != nil {
			return nil, err
		}
	}
	var claims jwt.Claims
	for _, key := range keys.Key(parsed.Headers[0].KeyID) {
		if err = parsed.Claims(key.Public(), &claims); err != nil {
			continue
		}
		expected := jwt.Expected{Issuer: i.name, AnyAudience: jwt.Audience{aud}, Time: now}
		if claims.IssuedAt == nil {
			return nil, errors.New("token has no iat")
		}
		return &claims, claims.ValidateWithLeeway(expected, time.Minute)
	}
	return nil, errors.New("no key of the issuer verifies the token")
}

func fetchKeys(ctx context.Context, endpoint string) (jose.JSONWebKeySet, error) {
	var discovery struct {
		JWKSetURI string `json:"jwks_uri"`
	}
	var keys jose.JSONWebKeySet
	if err := fetchJSON(ctx, endpoint, &discovery); err != nil {
		return keys, err
	}
	return keys, fetchJSON(ctx, discovery.JWKSetURI, &keys)
}

func fetchJSON(ctx context.Context, url string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", url, resp.Status)
	}
	return json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(into)
}
