package peer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/did"
)

// Discover reads the card of the agent at address, such as
// https://host:3773. The agent is who its certificate says; its card must say
// the same. With a non-zero want nobody else is spoken to: the handshake fails
// with [mtls.ErrPeerMismatch] before a request leaves.
//
// Without TLS only the card says who the agent is, and want is compared to that.
//
// A port that is closed is tried again for some seconds: the peer may restart.
//
// Errors: [ErrAddress], [ErrUnreachable], [ErrHandshakeRefused], [ErrTimeout],
// [ErrRedirect], [ErrCard], [ErrCardMismatch], a [*Refusal] where there is no
// card, and those of package mtls.
func (c *Client) Discover(ctx context.Context, address string, want did.DID) (Peer, error) {
	base, err := c.address(address)
	if err != nil {
		return Peer{}, err
	}
	transport, done, err := c.cardTransport(want)
	if err != nil {
		return Peer{}, err
	}
	defer done()
	client := httpClient(roundTripper{transport})
	var refused error
	for _, path := range []string{card.Path, card.LegacyPath} {
		p, err := again(ctx, repeats{may: unsent, limit: maxCardAway}, func() (Peer, error) {
			return c.readCard(ctx, client, base, path, want)
		}, func(wait time.Duration, err error) {
			c.cfg.Logger.DebugContext(ctx, "asking for the card again", "address", base.String(), "wait", wait, "error", err)
		})
		if _, absent := errors.AsType[*Refusal](err); !absent {
			return p, err
		}
		refused = err
	}
	return Peer{}, refused
}

// cardTransport shares connections with later calls where the peer is known.
func (c *Client) cardTransport(want did.DID) (transport, func(), error) {
	if !want.IsZero() {
		t, err := c.pool(want)
		return t, func() {}, err
	}
	if c.isClosed() {
		return nil, nil, ErrClosed
	}
	t := c.newTransport(want)
	return t, t.CloseIdleConnections, nil
}

// readCard reads the card at one path. An answer without a card is a [*Refusal].
func (c *Client) readCard(ctx context.Context, client *http.Client, base *url.URL, path string, want did.DID) (Peer, error) {
	ctx, cancel := c.withTimeout(ctx)
	defer cancel()
	at := base.JoinPath(path).String()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return Peer{}, fmt.Errorf("%w: %w", ErrAddress, err)
	}
	req.Header.Set("Accept", "application/json")
	a, err := exchange(client, req, card.MaxSize)
	switch {
	case errors.Is(err, ErrTooLarge):
		return Peer{}, fmt.Errorf("%w: %w", ErrCard, err)
	case err != nil:
		return Peer{}, err
	case a.status != http.StatusOK:
		return Peer{}, parseRefusal(a, c.cfg.Now())
	}
	if c.cfg.Source != nil {
		if want, err = c.cfg.Source.PeerDID(a.tls); err != nil {
			return Peer{}, err
		}
	}
	return newPeer(base, at, a.body, want)
}

// newPeer joins what the card at a URL says with who was proved to serve it,
// the zero DID if that was not asked.
func newPeer(base *url.URL, at string, body []byte, proved did.DID) (Peer, error) {
	card, err := parseCard(body)
	if err != nil {
		return Peer{}, err
	}
	if card.DID.IsZero() || !proved.IsZero() && card.DID != proved {
		return Peer{}, &CardMismatchError{URL: at, Want: proved, Got: card.DID}
	}
	return Peer{
		DID:      card.DID,
		URL:      endpoint(base, card.URL).String(),
		Name:     printable(card.Name, maxWord),
		Protocol: card.ProtocolVersion,
		Schemes:  card.Schemes,
	}, nil
}
