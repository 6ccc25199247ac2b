package registrarapi

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/keystatement"
	"github.com/getbindu/bindu-go/oauth"
)

// PublicKey returns the key of d, and for how long it may be used: 30 seconds at
// most. What the registrar says of it has to be signed by the registrar's own key,
// from which its DID follows.
//
// [ErrUnknown] says that there is no such DID, or that it is revoked, [ErrUnbound]
// that nothing but the registrar's word binds its key to it, did.ErrWeakKey that
// nobody can be known by it. After any other error nothing is known of the key: it is
// [oauth.ErrUnavailable] or [oauth.ErrInvalidResponse], beside what it says of us.
func (c *Client) PublicKey(ctx context.Context, d did.DID) (ed25519.PublicKey, time.Duration, error) {
	s, now, err := c.stated(ctx, d)
	switch {
	case err != nil:
		return nil, 0, err
	case !c.cfg.UnboundKeys && !d.BoundTo(s.Key):
		return nil, 0, fmt.Errorf("%w: %s", ErrUnbound, d)
	}
	return s.Key, min(s.ExpiresAt.Sub(now), keystatement.Lifetime), nil
}

// stated returns what the registrar says of the key of d, and when it was looked at.
func (c *Client) stated(ctx context.Context, d did.DID) (s keystatement.Statement, now time.Time, err error) {
	q := call{op: "read key", method: http.MethodGet, path: "/v1/keys/" + d.String(), wants: []int{http.StatusOK}}
	answer, err := c.do(ctx, q)
	switch {
	case errors.Is(err, ErrUnknown):
		return s, now, err
	case err != nil:
		return s, now, nothingKnown(err)
	}
	now = c.cfg.Now()
	s, err = keystatement.Verify(answer.Body, c.cfg.Registrar, d, now)
	switch {
	case errors.Is(err, did.ErrWeakKey):
		return s, now, q.fail(c, answer.Status, err)
	case err != nil:
		return s, now, q.fail(c, answer.Status, fmt.Errorf("%w: %w", ErrStatement, err))
	}
	return s, now, nil
}

// Standing says how our registration stands: nil where the registrar knows our key
// as ours. Errors: [ErrNotRegistered], [ErrRevoked], [ErrSecretEnded], those of [Client.PublicKey].
func (c *Client) Standing(ctx context.Context) error {
	s, _, err := c.stated(ctx, c.cfg.DID)
	switch {
	case errors.Is(err, ErrUnknown):
		return ErrNotRegistered
	case err != nil:
		return err
	case !s.Key.Equal(c.cfg.Key.PublicKey()):
		return errOtherKey
	}
	return nil
}

var errOtherKey = fmt.Errorf("%w: the registrar names another key than ours for our DID", oauth.ErrInvalidResponse)
