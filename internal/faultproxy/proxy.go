package faultproxy

import (
	"context"
	"errors"
	"net"
	"sync"
)

// Proxy passes connections on to one server, or does what its mode says. Its
// methods may be called concurrently.
type Proxy struct {
	target   string
	listener net.Listener
	work     sync.WaitGroup

	mu     sync.Mutex
	mode   Mode
	ctx    context.Context // of the connections of the present mode
	cancel context.CancelFunc
	closed bool
}

// New listens on a free port of 127.0.0.1 for the server at target
// ("host:port"), and passes everything. Close it.
func New(target string) (*Proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{target: target, listener: listener, mode: Pass()}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.work.Go(p.accept)
	return p, nil
}

// Addr returns the address to connect to in place of the target.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Set changes the mode and ends all connections of the mode before.
func (p *Proxy) Set(m Mode) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cancel()
	p.mode = m
	if !p.closed {
		p.ctx, p.cancel = context.WithCancel(context.Background())
	}
}

// Close ends the proxy and every connection. It may be called again.
func (p *Proxy) Close() error {
	p.mu.Lock()
	p.closed = true
	p.cancel()
	p.mu.Unlock()
	err := p.listener.Close()
	p.work.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		mode, ctx := p.mode, p.ctx
		p.mu.Unlock()
		p.work.Go(func() {
			c := &conn{ctx: ctx, client: client, target: p.target}
			// Whatever the mode waits for ends with the mode.
			stop := context.AfterFunc(ctx, func() { client.Close() })
			defer stop()
			defer client.Close()
			mode.handle(c)
		})
	}
}
