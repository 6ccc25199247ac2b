package server

import (
	"io"
	"net"
	"net/netip"
	"testing"
	"time"
)

// pipeListener hands out connections that a test makes.
type pipeListener struct{ conns chan net.Conn }

func (l pipeListener) Accept() (net.Conn, error) {
	c, ok := <-l.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (l pipeListener) Close() error   { return nil }
func (l pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

type addressed struct {
	net.Conn
	from string
}

func (a addressed) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.ParseIP(a.from), Port: 1} }

// dial queues a connection from an address and returns the client's end.
func (l pipeListener) dial(from string) net.Conn {
	server, client := net.Pipe()
	l.conns <- addressed{server, from}
	return client
}

// wantClosed reads from a connection that must have been closed; one that is
// held open is an error, not a test without end.
func wantClosed(t *testing.T, what string, c net.Conn) {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second)) // fails on a pipe that is closed, which is what is wanted
	if _, err := c.Read(make([]byte, 1)); err != io.EOF {
		t.Fatalf("%s: %v, want it closed", what, err)
	}
}

func TestHostile103ConnectionsAreCappedPerPeerAndInTotal(t *testing.T) {
	inner := pipeListener{make(chan net.Conn, 10)}
	refused := 0
	l := newListener(inner, Limits{Connections: 3, ConnectionsPerPeer: 2}, func() { refused++ })
	accept := func() net.Conn {
		t.Helper()
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	inner.dial("10.0.0.1")
	inner.dial("10.0.0.1")
	first, second := accept(), accept()

	third := inner.dial("10.0.0.1")
	mapped := inner.dial("::ffff:10.0.0.1") // the same peer, spelt otherwise
	inner.dial("10.0.0.2")
	other := accept()
	for name, c := range map[string]net.Conn{"third": third, "mapped": mapped} {
		wantClosed(t, name+" connection of one peer", c)
	}
	if got := other.RemoteAddr().String(); got != "10.0.0.2:1" {
		t.Errorf("accepted %s", got)
	}

	full := inner.dial("10.0.0.3")
	next := make(chan net.Conn)
	go func() { next <- accept() }()
	wantClosed(t, "fourth connection in total", full)
	first.Close()
	first.Close() // a second close gives nothing back twice
	inner.dial("10.0.0.1")
	(<-next).Close()
	second.Close()
	other.Close()
	if l.open != 0 || len(l.peers) != 0 {
		t.Errorf("%d connections and %d peers are left over", l.open, len(l.peers))
	}
	if refused != 3 {
		t.Errorf("%d refusals counted, want 3", refused)
	}
}

// peer is the nth of the peers of a test.
func peer(n int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(n)}), 32)
}

// fill opens as many connections of a peer as it gets.
func fill(l *listener, n int) (got int) {
	for l.take(peer(n)) {
		got++
	}
	return got
}

// TestPeersWithManyConnectionsLeaveSomeToThoseWithFew: it takes many addresses, and not
// some with many connections each, to close a port for the others.
func TestPeersWithManyConnectionsLeaveSomeToThoseWithFew(t *testing.T) {
	l := newListener(nil, Limits{Connections: 256, ConnectionsPerPeer: 64}, nil)
	for n, want := range []int{64, 64, 64, 2, 2} {
		if got := fill(l, n); got != want {
			t.Errorf("peer %d gets %d connections, want %d", n, got, want)
		}
	}
	for n := 5; l.open < 256; n++ {
		if got := fill(l, n); got == 0 {
			t.Fatalf("peer %d gets none while %d are open", n, l.open)
		}
	}
	if l.take(peer(200)) {
		t.Error("more than all are open")
	}
}

func TestWhatThoseWithManyConnectionsGiveBackIsForThoseWithFew(t *testing.T) {
	l := newListener(nil, Limits{Connections: 256, ConnectionsPerPeer: 64}, nil)
	for n := range 4 {
		fill(l, n)
	}
	l.give(peer(0))
	if got := fill(l, 0); got != 0 {
		t.Errorf("who has many gets %d more", got)
	}
	if got := fill(l, 5); got != 2 {
		t.Errorf("who has none gets %d", got)
	}
}

// TestOnePeerMayHaveMost: a proxy, where the limits say so.
func TestOnePeerMayHaveMost(t *testing.T) {
	for _, limits := range []Limits{{Connections: 4, ConnectionsPerPeer: 4}, {Connections: 100, ConnectionsPerPeer: 60}} {
		if got := fill(newListener(nil, limits, nil), 1); got != limits.ConnectionsPerPeer {
			t.Errorf("of %d one peer gets %d, want %d", limits.Connections, got, limits.ConnectionsPerPeer)
		}
	}
}

func TestPeerIsAnAddressOrANetworkOf64Bits(t *testing.T) {
	for _, tt := range []struct {
		one, other string
		same       bool
	}{
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true},
		{"2001:db8:0:1::1", "2001:db8:0:2::1", false},
		{"::1", "127.0.0.1", false},
	} {
		if got := peerOf(addressed{nil, tt.one}) == peerOf(addressed{nil, tt.other}); got != tt.same {
			t.Errorf("%s and %s are one peer: %t", tt.one, tt.other, got)
		}
	}
}
