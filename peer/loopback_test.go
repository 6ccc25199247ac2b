package peer

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"
)

// connected is a connection to wherever it says.
type connected struct {
	net.Conn
	to     net.Addr
	closed bool
}

func (c *connected) RemoteAddr() net.Addr { return c.to }

func (c *connected) Close() error {
	c.closed = true
	return nil
}

// Without mutual TLS only this machine is spoken to, whatever the name of the
// address promised: what counts is where the connection leads.
func TestPlainConnectionsLeadToThisMachine(t *testing.T) {
	for name, test := range map[string]struct {
		to net.Addr
		ok bool
	}{
		"loopback":                 {tcp("127.0.0.1:80"), true},
		"another loopback":         {tcp("127.8.9.10:80"), true},
		"loopback of IPv6":         {tcp("[::1]:80"), true},
		"loopback in IPv6":         {tcp("[::ffff:127.0.0.1]:80"), true},
		"another machine":          {tcp("192.0.2.1:80"), false},
		"another machine in IPv6":  {tcp("[::ffff:192.0.2.1]:80"), false},
		"the metadata of a cloud":  {tcp("169.254.169.254:80"), false},
		"a private network":        {tcp("[fd00::1]:80"), false},
		"no address":               {tcp("0.0.0.0:80"), false},
		"something without a port": {&net.UnixAddr{Name: "@x", Net: "unix"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			conn := &connected{to: test.to}
			c := plainClient(t)
			c.cfg.DialContext = func(context.Context, string, string) (net.Conn, error) { return conn, nil }
			_, err := c.dialLoopback(t.Context(), "tcp", "localhost:80")
			if (err == nil) != test.ok || (err != nil && !errors.Is(err, ErrAddress)) {
				t.Errorf("error %v, allowed %t", err, test.ok)
			}
			if conn.closed == test.ok {
				t.Errorf("closed %t", conn.closed)
			}
		})
	}
}

func tcp(address string) net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(address)) }
