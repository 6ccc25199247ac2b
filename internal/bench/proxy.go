package main

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// intervals adds up the time in which at least one thing is open.
type intervals struct {
	mu    sync.Mutex
	open  int
	since time.Time
	ended time.Duration
}

func (i *intervals) begin(now time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.open++; i.open == 1 {
		i.since = now
	}
}

func (i *intervals) end(now time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.open--; i.open == 0 {
		i.ended += now.Sub(i.since)
	}
}

// sum returns the time so far.
func (i *intervals) sum(now time.Time) time.Duration {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.open > 0 {
		return i.ended + now.Sub(i.since)
	}
	return i.ended
}

// proxy passes TCP connections on to a server and notes when that owes an
// answer: from the first byte of a client until the next one of the server.
type proxy struct {
	target   string
	owed     *intervals
	listener net.Listener
	work     sync.WaitGroup
	stop     context.CancelFunc
}

// watch starts a proxy for the server at target. Close it.
func watch(ctx context.Context, target string, w *intervals) (*proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	p := &proxy{target: target, owed: w, listener: listener, stop: cancel}
	p.work.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			p.work.Go(func() { p.pass(ctx, client) })
		}
	})
	return p, nil
}

func (p *proxy) addr() string { return p.listener.Addr().String() }

func (p *proxy) close() {
	p.stop()
	_ = p.listener.Close() // it listens to nobody else
	p.work.Wait()
}

func (p *proxy) pass(ctx context.Context, client net.Conn) {
	defer client.Close()
	server, err := new(net.Dialer).DialContext(ctx, "tcp", p.target)
	if err != nil {
		return
	}
	defer server.Close()
	defer context.AfterFunc(ctx, func() { _, _ = client.Close(), server.Close() })()
	p.between(client, server)
}

// between relays until both sides have ended.
func (p *proxy) between(client, server net.Conn) {
	var owes atomic.Bool
	settle := func() {
		if owes.CompareAndSwap(true, false) {
			p.owed.end(time.Now())
		}
	}
	defer settle()
	var asking sync.WaitGroup
	asking.Go(func() {
		relay(server, client, func() {
			if owes.CompareAndSwap(false, true) {
				p.owed.begin(time.Now())
			}
		})
		if tcp, ok := server.(*net.TCPConn); ok {
			_ = tcp.CloseWrite() // the server may have closed already
		}
	})
	relay(client, server, settle)
	_ = client.Close() // so that the other direction ends
	asking.Wait()
}

// relay copies until either side ends, and tells of each piece before it goes on.
func relay(to io.Writer, from io.Reader, seen func()) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			seen()
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
