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
// Where the agent's DID document has a key for that, the card must be signed with it;
// [Peer.Card] says what the signature proves.
//
// A port that is closed is tried again for some seconds: the peer may restart.
//
// Errors: [ErrAddress], [ErrUnreachable], [ErrHandshakeRefused], [ErrTimeout],
// [ErrRedirect], [ErrCard], [ErrCardMismatch], [ErrCardSignature], [ErrCardKey],
// [ErrBinding], a [*Refusal] where there is no card, and those of package mtls.
func (c *Client) Discover(ctx context.Context, address string, want did.DID) (Peer, error) {
	p, _, err := c.DiscoverCard(ctx, address, want)
	return p, err
}

// DiscoverCard is [Client.Discover] for who wants to read more of the card than a [Peer]
// has. It returns what there is to believe of it, in JSON: of a signed card what its
// signatures cover, without them.
func (c *Client) DiscoverCard(ctx context.Context, address string, want did.DID) (Peer, []byte, error) {
	base, err := c.address(address)
	if err != nil {
		return Peer{}, nil, err
	}
	found, err := c.findCard(ctx, base, want)
	if err != nil {
		return found.peer, nil, err
	}
	if found.peer.Card, err = c.proveCard(ctx, base, &found); err != nil {
		return Peer{}, nil, err
	}
	return found.peer, found.document, nil
}

// foundCard is a card that names who was proved to serve it.
type foundCard struct {
	peer     Peer
	info     card.Info
	document []byte // what may be read of it
}

// findCard reads the card at the first path that has one.
func (c *Client) findCard(ctx context.Context, base *url.URL, want did.DID) (found foundCard, err error) {
	transport, done, err := c.cardTransport(want)
	if err != nil {
		return found, err
	}
	defer done()
	client := httpClient(roundTripper{transport})
	for _, path := range []string{card.Path, card.LegacyPath} {
		found, err = asking(ctx, c, base, func() (foundCard, error) { return c.readCard(ctx, client, base, path, want) })
		if _, absent := errors.AsType[*Refusal](err); !absent {
			break
		}
	}
	return found, err
}

// asking repeats try while the port at base is closed, for some seconds.
func asking[T any](ctx context.Context, c *Client, base *url.URL, try func() (T, error)) (T, error) {
	return again(ctx, repeats{may: unsent, limit: maxCardAway}, try, func(wait time.Duration, err error) {
		c.cfg.Logger.DebugContext(ctx, "asking for the card again", "address", base.String(), "wait", wait, "error", err)
	})
}

// cardTransport shares connections with later calls where the peer is known.
func (c *Client) cardTransport(want did.DID) (transport, func(), error) {
	if !want.IsZero() {
		t, err := c.pool(connections{peer: want})
		return t, func() {}, err
	}
	if c.isClosed() {
		return nil, nil, ErrClosed
	}
	t := c.newTransport(connections{peer: want})
	return t, t.CloseIdleConnections, nil
}

// readCard reads the card at one path. An answer without a card is a [*Refusal].
func (c *Client) readCard(ctx context.Context, client *http.Client, base *url.URL, path string, want did.DID) (foundCard, error) {
	at := base.JoinPath(path).String()
	a, err := c.get(ctx, client, at, card.MaxSize)
	switch {
	case errors.Is(err, ErrTooLarge):
		return foundCard{}, fmt.Errorf("%w: %w", ErrCard, err)
	case err != nil:
		return foundCard{}, err
	case a.status != http.StatusOK:
		return foundCard{}, parseRefusal(a, c.cfg.Now())
	}
	if c.cfg.Source != nil {
		if want, err = c.cfg.Source.PeerDID(a.tls); err != nil {
			return foundCard{}, err
		}
	}
	return newPeer(c.cfg.Binding, base, at, a.body, want)
}

// get asks for JSON that everybody may read.
func (c *Client) get(ctx context.Context, client *http.Client, at string, limit int64) (answer, error) {
	ctx, cancel := c.withTimeout(ctx)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return answer{}, fmt.Errorf("%w: %w", ErrAddress, err)
	}
	req.Header.Set("Accept", "application/json")
	return exchange(client, req, limit)
}

// newPeer joins what the card at a URL says with who was proved to serve it,
// the zero DID if that was not asked.
func newPeer(b Binding, base *url.URL, at string, body []byte, proved did.DID) (foundCard, error) {
	card, err := parseCard(body)
	if err != nil {
		return foundCard{}, err
	}
	if card.DID.IsZero() || !proved.IsZero() && card.DID != proved {
		return foundCard{}, &CardMismatchError{URL: at, Want: proved, Got: card.DID}
	}
	to, tenant, err := endpointIn(b, base, card)
	if err != nil {
		return foundCard{}, err
	}
	p := Peer{
		DID:      card.DID,
		URL:      to.String(),
		Binding:  b,
		Tenant:   tenant,
		Name:     printable(card.Name, maxWord),
		Protocol: card.ProtocolVersion,
		Schemes:  card.Schemes,
	}
	_, err = p.speaker()
	return foundCard{p, card, card.Covered(body)}, err
}
