package server

import (
	"net"
	"net/netip"
	"sync"
)

// listener bounds the connections, in total and for each address, before a
// handshake costs anything. A connection over the limit is closed at once.
type listener struct {
	net.Listener
	total, perPeer int
	// shared are those that any peer may have part in. Of those beyond, a peer gets
	// none that has few already.
	shared, few int
	refused     func()                  // nil if nobody counts
	watch       func(net.Conn) net.Conn // nil for none

	mu    sync.Mutex
	open  int
	peers map[netip.Prefix]int
}

func newListener(inner net.Listener, l Limits, refused func()) *listener {
	ln := &listener{Listener: inner, total: l.Connections, perPeer: l.ConnectionsPerPeer, shared: l.Connections, refused: refused, peers: make(map[netip.Prefix]int)}
	if l.ConnectionsPerPeer <= l.Connections/2 { // otherwise one may have most on purpose: a proxy
		ln.shared -= l.Connections / 4
		ln.few = max(1, l.ConnectionsPerPeer/32)
	}
	return ln
}

// Accept returns the next connection within the limits.
func (l *listener) Accept() (net.Conn, error) {
	for {
		inner, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		peer := peerOf(inner)
		if l.take(peer) {
			if l.watch != nil {
				inner = l.watch(inner)
			}
			return &placed{Conn: inner, release: sync.OnceFunc(func() { l.give(peer) })}, nil
		}
		if l.refused != nil {
			l.refused()
		}
		inner.Close()
	}
}

func (l *listener) take(peer netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	allowed := l.perPeer
	if l.open >= l.shared {
		allowed = l.few
	}
	if l.open >= l.total || l.peers[peer] >= allowed {
		return false
	}
	l.open++
	l.peers[peer]++
	return true
}

func (l *listener) give(peer netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	if l.peers[peer]--; l.peers[peer] <= 0 {
		delete(l.peers, peer)
	}
}

// placed is a connection that gives its place back when it is closed.
type placed struct {
	net.Conn
	release func()
}

// NetConn returns the connection that this one is about, as [tls.Conn.NetConn] does.
func (c *placed) NetConn() net.Conn { return c.Conn }

// Close closes the connection and makes room for another.
func (c *placed) Close() error {
	defer c.release()
	return c.Conn.Close()
}

// peerOf is the IPv4 address of a peer, or its IPv6 network of 64 bits: whoever
// has one address of such a network has them all (RFC 4291 section 2.5.4).
func peerOf(c net.Conn) netip.Prefix {
	tcp, ok := c.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	addr := tcp.AddrPort().Addr().Unmap()
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	prefix, err := addr.WithZone("").Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix
}
