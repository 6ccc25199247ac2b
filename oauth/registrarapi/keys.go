package registrarapi

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth"
)

// PublicKey returns the key of d, and for how long it may be used: 30 seconds at
// most. What the registrar says of it has to be signed by the registrar's own key.
//
// [ErrUnknown] says that there is no such DID, or that it is revoked, [ErrUnbound]
// that nothing but the registrar's word binds its key to it. After any other
// error nothing is known of the key: it is [oauth.ErrUnavailable] or
// [oauth.ErrInvalidResponse], beside what it says of us.
func (c *Client) PublicKey(ctx context.Context, d did.DID) (ed25519.PublicKey, time.Duration, error) {
	by, err := c.registrarKey(ctx)
	if err != nil {
		return nil, 0, nothingKnown(err)
	}
	s, err := c.ask(ctx, d)
	switch {
	case errors.Is(err, ErrUnknown):
		return nil, 0, err
	case err == nil:
		err = s.verify(by, c.cfg.Registrar, d, c.cfg.Now())
	}
	if err != nil {
		return nil, 0, nothingKnown(err)
	}
	if !c.cfg.UnboundKeys && !d.BoundTo(s.key) {
		return nil, 0, fmt.Errorf("%w: %s", ErrUnbound, d)
	}
	return s.key, s.expires.Sub(s.issued), nil
}

// registrarKey returns the registrar's own key: the one that an operator names, or
// the one from which its DID follows. Only the latter is asked for, once.
func (c *Client) registrarKey(ctx context.Context) (ed25519.PublicKey, error) {
	if known := c.key.Load(); known != nil {
		return *known, nil
	}
	s, err := c.ask(ctx, c.cfg.Registrar)
	if err != nil {
		return nil, err
	}
	if !c.cfg.Registrar.BoundTo(s.key) {
		return nil, ErrRegistrarKey
	}
	if err := s.verify(s.key, c.cfg.Registrar, c.cfg.Registrar, c.cfg.Now()); err != nil {
		return nil, err
	}
	c.key.Store(&s.key)
	return s.key, nil
}

// ask returns what the registrar states about the key of d, not verified yet.
func (c *Client) ask(ctx context.Context, d did.DID) (statement, error) {
	q := call{op: "read key", method: http.MethodGet, path: "/v1/keys/" + d.String(), wants: []int{http.StatusOK}}
	answer, err := c.do(ctx, q)
	if err != nil {
		return statement{}, err
	}
	s, err := parseStatement(answer.Body)
	if err != nil {
		return statement{}, q.fail(c, answer.Status, err)
	}
	return s, nil
}

// Standing says how our registration stands: nil where the registrar knows our key
// as ours. Errors: [ErrNotRegistered], [ErrRevoked], those of [Client.PublicKey].
func (c *Client) Standing(ctx context.Context) error {
	key, _, err := c.PublicKey(ctx, c.cfg.DID)
	switch {
	case errors.Is(err, ErrUnknown):
		return ErrNotRegistered
	case err != nil:
		return err
	case !key.Equal(c.cfg.Key.PublicKey()):
		return errOtherKey
	}
	return nil
}

var errOtherKey = fmt.Errorf("%w: the registrar names another key than ours for our DID", oauth.ErrInvalidResponse)
