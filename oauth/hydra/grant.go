package hydra

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/internal/issued"
)

// DefaultMaxTokenBytes is the longest token of a caller.
const DefaultMaxTokenBytes = 8 << 10

// tokenRequest asks for a token by the client_credentials grant (RFC 6749 section 4.4.2).
type tokenRequest struct {
	credentials *Credentials
	scopes      []string
	audience    []string
	basic       bool // authenticate in the header instead of the body
}

// requestToken returns an access token, [ErrSecretRejected],
// [ErrAudienceNotAllowed], [ErrScopeNotAllowed], or that Hydra cannot be asked.
func requestToken(ctx context.Context, cfg Config, r tokenRequest) (issued.Token, error) {
	x := exchange{
		op: "request token", client: cfg.calls, timeout: cfg.AdminTimeout,
		method: http.MethodPost, base: cfg.PublicURL, path: "oauth2/token",
		form:    url.Values{"grant_type": {"client_credentials"}},
		created: true, refused: true,
	}
	if r.basic { // both parts form-encoded, RFC 6749 section 2.3.1
		x.basic = url.UserPassword(url.QueryEscape(r.credentials.ClientID), url.QueryEscape(r.credentials.ClientSecret))
	} else {
		x.form.Set("client_id", r.credentials.ClientID)
		x.form.Set("client_secret", r.credentials.ClientSecret)
	}
	if len(r.scopes) > 0 {
		x.form.Set("scope", strings.Join(r.scopes, " "))
	}
	if len(r.audience) > 0 {
		x.form["audience"] = r.audience
	}
	answer, err := x.do(ctx)
	if err != nil {
		return issued.Token{}, err
	}
	if !issued.Success(answer.Status) {
		return issued.Token{}, r.refused(x, answer)
	}
	t, err := issued.Parse(answer.Body, maxReply)
	if err != nil {
		return issued.Token{}, x.fail(answer.Status, err)
	}
	return t, nil
}

// refused says what a refusal means (RFC 6749 section 5.2). Hydra has no code
// of its own for an audience that is not registered: it is the one thing in
// our requests that it answers with invalid_request.
func (r tokenRequest) refused(x exchange, answer fetch.Answer) error {
	code := errorCode(answer.Body)
	cause := fmt.Errorf("%w: an unexpected refusal", oauth.ErrInvalidResponse)
	switch {
	case code == "invalid_client":
		cause = ErrSecretRejected
	case code == "invalid_scope":
		cause = ErrScopeNotAllowed
	case code == "invalid_target", code == "invalid_request" && len(r.audience) > 0:
		cause = ErrAudienceNotAllowed
	case code == "unauthorized_client":
		cause = errGrantNotAllowed
	}
	return &RequestError{Op: x.op, URL: displayURL(x.base, x.path), Status: answer.Status, Code: code, Err: cause}
}

// errorCode returns the error code of a refusal, "" if it is not a plain word.
func errorCode(body []byte) string {
	o, err := parseObject(body)
	if err != nil {
		return ""
	}
	code, err := o.text("error")
	if err != nil || len(code) > 64 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return ""
	}
	return code
}

// isJWT reports whether s has the form of a signed JWT (RFC 7515 section 3.1).
// Who signed it is for its readers to verify.
func isJWT(s string) bool {
	parts := strings.Split(s, ".")
	if len(parts) != 3 || parts[2] == "" {
		return false
	}
	for _, part := range parts[:2] {
		data, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			return false
		}
		if _, err := parseObject(data); err != nil {
			return false
		}
	}
	return true
}
