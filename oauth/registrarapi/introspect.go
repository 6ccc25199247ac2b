package registrarapi

import (
	"context"
	"net/http"
	"net/url"
)

// Introspect returns what the authorization server says about a token (RFC 7662
// section 2.2), unread; the registrar calls one inactive, too, whose client is not
// registered there. After any error nothing is known about the token: it is
// [oauth.ErrUnavailable] or [oauth.ErrInvalidResponse], beside what it says of us.
func (c *Client) Introspect(ctx context.Context, token string) ([]byte, error) {
	answer, err := c.do(ctx, call{
		op: "introspect token", method: http.MethodPost, path: "/v1/introspect", media: mediaForm,
		body: []byte(url.Values{"token": {token}}.Encode()), wants: []int{http.StatusOK},
	})
	return answer.Body, nothingKnown(err)
}
