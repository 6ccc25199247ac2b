package stepca

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/smallstep/certificates/errs"

	"github.com/getbindu/bindu-go/transport/mtls"
)

// RefusedError is the CA's no. It matches [mtls.ErrCARefused] and its Cause.
type RefusedError struct {
	// Status is the HTTP status of the answer.
	Status int
	// Cause is what we found out about it; nil when nothing.
	Cause error
	// Message is what the CA said, shortened and without the token.
	Message string
}

// Error implements error.
func (e *RefusedError) Error() string {
	text := fmt.Sprintf("%v (HTTP %d)", mtls.ErrCARefused, e.Status)
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	if e.Message != "" {
		text += fmt.Sprintf("; the CA says %q", e.Message)
	}
	return text
}

// Unwrap returns [mtls.ErrCARefused] and the cause.
func (e *RefusedError) Unwrap() []error {
	if e.Cause == nil {
		return []error{mtls.ErrCARefused}
	}
	return []error{mtls.ErrCARefused, e.Cause}
}

// signError sorts what came instead of a certificate. What came after the time
// was over counts as no answer, whatever its status.
func (c *Client) signError(ctx context.Context, x *exchange, err error, token string) error {
	late := ctx.Err()
	switch {
	case x.status == 0:
		return c.transportError(ctx, err)
	case late != nil:
		return fmt.Errorf("%w: %w", mtls.ErrCAUnavailable, late)
	case x.status/100 == 2:
		return fmt.Errorf("%w: the answer cannot be read: %w", mtls.ErrCABadCertificate, err)
	case x.status/100 != 4 || x.status == http.StatusTooManyRequests || x.status == http.StatusRequestTimeout:
		return fmt.Errorf("%w: HTTP %d: %s", mtls.ErrCAUnavailable, x.status, caMessage(err, token))
	}
	refused := &RefusedError{Status: x.status, Message: caMessage(err, token)}
	if x.status == http.StatusUnauthorized || x.status == http.StatusForbidden {
		refused.Cause = c.diagnose(ctx, x.status, token)
	}
	return refused
}

// maxMessage bounds the text of the CA in our errors.
const maxMessage = 300

func caMessage(err error, token string) string {
	apiErr, ok := errors.AsType[*errs.Error](err)
	if !ok || apiErr.Err == nil {
		return ""
	}
	text := apiErr.Err.Error()
	text = strings.ReplaceAll(text, token, "[token]")
	if len(text) > maxMessage {
		text = text[:maxMessage]
	}
	return strings.ToValidUTF8(text, "?")
}

// diagnose tells the refusals apart that step-ca answers alike.
func (c *Client) diagnose(ctx context.Context, status int, token string) error {
	p, err := c.provisioner(ctx)
	switch {
	case errors.Is(err, mtls.ErrProvisionerDisabled):
		return err
	case err != nil:
		return nil // the CA does not let us look; the plain refusal stands
	case status != http.StatusUnauthorized && p.asks() && p.grants(c.cfg.TTL):
		return mtls.ErrWebhook
	case status != http.StatusUnauthorized:
		return nil // it accepted the token and then would not sign
	}
	if serr := c.skewError(); serr != nil {
		return serr
	}
	if terr := c.judgeToken(token); terr != nil {
		return fmt.Errorf("%w: %w", mtls.ErrTokenRefused, terr)
	}
	return mtls.ErrJWKSStale
}

// Faults of a token that can be seen without its issuer's key.
var (
	errOpaqueToken   = errors.New(`it is not a JWT; the OAuth client needs "access_token_strategy": "jwt"`)
	errTokenAudience = errors.New("its audience does not name the CA's provisioner")
	errTokenSubject  = errors.New("it was issued to another DID")
	errTokenExpired  = errors.New("it has expired")
)

// judgeToken looks at the claims without believing them.
func (c *Client) judgeToken(token string) error {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return errOpaqueToken
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return errOpaqueToken
	}
	var claims struct {
		Subject   string   `json:"sub"`
		Audience  audience `json:"aud"`
		ExpiresAt float64  `json:"exp"`
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		return errOpaqueToken
	}
	switch {
	case !slices.Contains(claims.Audience, c.cfg.Audience):
		return fmt.Errorf("%w %q", errTokenAudience, c.cfg.Audience)
	case claims.Subject != c.cfg.DID.String():
		return errTokenSubject
	case claims.ExpiresAt <= float64(c.cfg.Now().Unix()):
		return errTokenExpired
	}
	return nil
}

// audience is a string or an array of strings (RFC 7519, section 4.1.3).
type audience []string

// UnmarshalJSON implements [json.Unmarshaler].
func (a *audience) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(a))
}
