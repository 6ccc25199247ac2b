package peer

import (
	"sync"

	"github.com/getbindu/bindu-go/identity/did"
)

// maxTransports bounds the peers to which connections are kept.
const maxTransports = 128

// Client calls other agents. It is safe for concurrent use.
type Client struct {
	cfg Config

	mu         sync.Mutex
	closed     bool
	uses       uint64
	transports map[connections]*pooled
}

// connections are those to one peer, of one version of HTTP.
type connections struct {
	peer  did.DID
	http2 bool
}

// connections are those by which the peer is spoken to.
func (p Peer) connections() connections { return connections{p.DID, p.Binding == GRPC} }

// pooled are the connections to one peer.
type pooled struct {
	transport transport
	used      uint64 // number of the last use
}

// New returns a Client; close it when done.
func New(cfg Config) (*Client, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Client{cfg: cfg, transports: make(map[connections]*pooled)}, nil
}

// Close closes idle connections and refuses further calls with [ErrClosed].
// Calls under way end by their own contexts. It may be called more than once.
func (c *Client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, p := range c.transports {
		p.transport.CloseIdleConnections()
	}
	clear(c.transports)
	return nil
}

func (c *Client) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// pool returns the connections to a peer, which must not be the zero DID.
func (c *Client) pool(to connections) (transport, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, ErrClosed
	}
	c.uses++
	if p, ok := c.transports[to]; ok {
		p.used = c.uses
		return p.transport, nil
	}
	t := c.newTransport(to)
	if len(c.transports) >= maxTransports {
		c.forgetOldest()
	}
	c.transports[to] = &pooled{t, c.uses}
	return t, nil
}

func (c *Client) forgetOldest() {
	var oldest connections
	least := c.uses
	for d, p := range c.transports {
		if p.used <= least {
			oldest, least = d, p.used
		}
	}
	c.transports[oldest].transport.CloseIdleConnections()
	delete(c.transports, oldest)
}
