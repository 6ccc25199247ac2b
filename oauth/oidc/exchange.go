package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/internal/issued"
)

const maxTokenAnswer = 64 << 10

// exchange asks for a token (RFC 6749 section 4.4.2).
func (s *ClientCredentials) exchange(ctx context.Context, audience string) (issued.Token, error) {
	endpoint, err := s.tokenEndpoint(ctx)
	if err != nil {
		return issued.Token{}, err
	}
	q := s.config.question(endpoint, audience)
	answer, err := s.fetch.client.Do(ctx, q)
	if failed, ok := errors.AsType[*fetch.Failure](err); ok {
		return issued.Token{}, meaning(failed, maxTokenAnswer)
	}
	return parseTokenAnswer(answer.Status, answer.Body)
}

// tokenEndpoint discovers the endpoint once.
func (s *ClientCredentials) tokenEndpoint(ctx context.Context) (string, error) {
	if known := s.endpoint.Load(); known != nil {
		return *known, nil
	}
	m, err := s.fetch.discover(ctx, s.config.Issuer, s.config.AllowInsecureLoopback)
	if err != nil {
		return "", err
	}
	if m.TokenEndpoint == "" {
		return "", fmt.Errorf("%w: the discovery document has no token_endpoint", oauth.ErrInvalidResponse)
	}
	s.endpoint.Store(&m.TokenEndpoint)
	return m.TokenEndpoint, nil
}

// question is the token request for audience. Its answer is read whatever its
// status, for the error code in it.
func (c ClientCredentialsConfig) question(endpoint, audience string) fetch.Question {
	form := url.Values{"grant_type": {"client_credentials"}}
	scopes := c.Scopes
	switch {
	case audience == "":
	case c.AudienceStyle == AudienceScope:
		scopes = append(slices.Clone(scopes), audience+"/.default")
	case c.AudienceStyle != AudienceNone:
		form.Set(string(c.AudienceStyle), audience)
	}
	if len(scopes) > 0 {
		form.Set("scope", strings.Join(scopes, " "))
	}
	q := fetch.Question{
		Method: http.MethodPost, URL: endpoint, Accept: "application/json", Form: form,
		Timeout: c.Timeout, Limit: maxTokenAnswer, Statuses: func(int) bool { return true },
	}
	if c.AuthMethod == ClientSecretPost {
		form.Set("client_id", c.ClientID)
		form.Set("client_secret", c.ClientSecret)
	} else { // both parts form-encoded, RFC 6749 section 2.3.1
		q.Basic = url.UserPassword(url.QueryEscape(c.ClientID), url.QueryEscape(c.ClientSecret))
	}
	return q
}

// parseTokenAnswer reads a success (RFC 6749 section 5.1) or an error (5.2), of
// which only a known error code is repeated.
func parseTokenAnswer(status int, data []byte) (issued.Token, error) {
	switch {
	case issued.Success(status):
	case status == http.StatusBadRequest, status == http.StatusUnauthorized, status == http.StatusForbidden:
		return issued.Token{}, fmt.Errorf("%w: status %d, %s", ErrClientRejected, status, errorCode(data))
	default:
		return issued.Token{}, fmt.Errorf("%w: the token endpoint answered status %d", oauth.ErrUnavailable, status)
	}
	if !depthWithin(data, maxDepth) {
		return issued.Token{}, fmt.Errorf("%w: the token answer %w", oauth.ErrInvalidResponse, errTooDeep)
	}
	return issued.Parse(data, maxTokenAnswer)
}

// errorCode returns the error code of RFC 6749 section 5.2 or RFC 8707 section 2
// in data, with its remedy. Nothing else of the answer is repeated.
func errorCode(data []byte) string {
	var answer struct {
		Error string `json:"error"`
	}
	_ = unmarshalObject(data, &answer) // what is not JSON has no code
	switch answer.Error {
	case "invalid_client":
		return "invalid_client: check the client id, the secret and the authentication method"
	case "unauthorized_client":
		return "unauthorized_client: the client may not use the client credentials grant"
	case "invalid_scope":
		return "invalid_scope: a scope is not granted to the client"
	case "access_denied":
		return "access_denied: the client has no grant for this audience"
	case "invalid_target":
		return "invalid_target: the audience is unknown to the authority"
	case "invalid_request", "invalid_grant", "unsupported_grant_type":
		return answer.Error
	default:
		return "without a known error code"
	}
}
