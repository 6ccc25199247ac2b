package agent

import (
	"net"
	"net/netip"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// listener bounds the connections, in total and for each address, before a
// handshake costs anything. A connection over the limit is closed at once.
type listener struct {
	net.Listener
	total, perPeer int
	refused        prometheus.Counter

	mu    sync.Mutex
	open  int
	peers map[netip.Addr]int
}

func newListener(inner net.Listener, total, perPeer int, refused prometheus.Counter) *listener {
	return &listener{Listener: inner, total: total, perPeer: perPeer, refused: refused, peers: make(map[netip.Addr]int)}
}

// Accept returns the next connection within the limits.
func (l *listener) Accept() (net.Conn, error) {
	for {
		inner, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		peer := addressOf(inner)
		if l.take(peer) {
			return &conn{Conn: inner, release: sync.OnceFunc(func() { l.give(peer) })}, nil
		}
		l.refused.Inc()
		inner.Close()
	}
}

func (l *listener) take(peer netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open >= l.total || l.peers[peer] >= l.perPeer {
		return false
	}
	l.open++
	l.peers[peer]++
	return true
}

func (l *listener) give(peer netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	if l.peers[peer]--; l.peers[peer] <= 0 {
		delete(l.peers, peer)
	}
}

// conn gives its place back when it is closed.
type conn struct {
	net.Conn
	release func()
}

// Close closes the connection and makes room for another.
func (c *conn) Close() error {
	defer c.release()
	return c.Conn.Close()
}

func addressOf(c net.Conn) netip.Addr {
	if tcp, ok := c.RemoteAddr().(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}
