package peer_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// pipes is a listener without a network, so that time can be faked.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.conns <- far:
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// ticketless offers no session to resume: that needs a network that buffers.
func ticketless(source *mtls.Source) *tls.Config {
	cfg := source.ServerConfig()
	current := cfg.GetConfigForClient
	cfg.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		cfg, err := current(hello)
		if err != nil {
			return nil, err
		}
		cfg = cfg.Clone()
		cfg.SessionTicketsDisabled = true
		return cfg, nil
	}
	return cfg
}

// inBubble runs an agent and a client of it inside a synctest bubble.
func inBubble(t *testing.T, h http.Handler, change ...func(*peer.Config)) (*peer.Client, peer.Peer, *record) {
	t.Helper()
	ca := stepcatest.NewCA(t, nil)
	rec := &record{next: h}
	listener := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: rec, ErrorLog: quiet()}
	var running sync.WaitGroup
	running.Go(func() { server.Serve(tls.NewListener(listener, ticketless(newSource(t, ca, critic)))) })
	c := newClient(t, ca, newKey(t), append([]func(*peer.Config){func(cfg *peer.Config) { cfg.DialContext = listener.dial }}, change...)...)
	t.Cleanup(func() {
		c.Close()
		server.Close()
		running.Wait()
	})
	return c, peer.Peer{DID: parse(t, critic), URL: "https://critic:3773/", Protocol: card.V1}, rec
}
