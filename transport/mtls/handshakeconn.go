package mtls

import (
	"bytes"
	"fmt"
	"net"
	"sync/atomic"
)

// What a client may send before it must wait for us. crypto/tls would read and
// parse 256 KiB of certificates and then try up to 100 of their keys, which
// with P-521 is a third of a second of CPU for an anonymous caller; the most
// that fits here is a tenth of that. An ECDSA leaf and its intermediate take
// 2 KiB, an RSA-4096 leaf and two RSA-4096 intermediates 5 KiB; a hello with a
// post-quantum key share and two session tickets takes 8 KiB.
const (
	maxHello  = 16 << 10
	maxFlight = 6 << 10
)

// handshakeConn counts bytes until the handshake is over. Reads and writes of a
// handshake happen in one goroutine; only open is shared with later ones.
type handshakeConn struct {
	net.Conn
	open    atomic.Bool // the handshake is over, nothing is counted
	read    int         // since the last write
	written int         // in all
	head    []byte      // the first bytes that followed a write
}

// NetConn returns the connection that this one is about, as [tls.Conn.NetConn] does.
func (c *handshakeConn) NetConn() net.Conn { return c.Conn }

func (c *handshakeConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.open.Load() {
		return n, err
	}
	if c.read == 0 {
		c.head = c.head[:0]
	}
	c.head = append(c.head, p[:min(n, headSize-len(c.head))]...)
	limit := maxFlight
	if c.written == 0 {
		limit = maxHello
	}
	if c.read += n; c.read > limit {
		return 0, fmt.Errorf("%w: more than %d bytes", errHandshakeSize, limit)
	}
	return n, err
}

func (c *handshakeConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if !c.open.Load() {
		c.written += n
		c.read = 0
	}
	return n, err
}

// clientCertificate is what the lengths of a failed TLS 1.3 handshake tell
// about the client's certificate. crypto/tls has no error that does.
type clientCertificate int

const (
	certificateNotAsked clientCertificate = iota // we had not come so far
	certificateMissing
	certificatePresent
)

const (
	// certificateFlight is less than any server flight with a certificate in
	// it, and more than an alert or a retry request.
	certificateFlight = 512
	// emptyCertificate is more than a record of an empty Certificate message,
	// with a Finished message behind it or without, and less than any certificate.
	emptyCertificate = 128
	// headSize holds a change_cipher_spec record (RFC 8446, appendix D.4) and a record header.
	headSize = 6 + 5
)

func (c *handshakeConn) certificate() clientCertificate {
	if c.written <= certificateFlight {
		return certificateNotAsked
	}
	head := bytes.TrimPrefix(c.head, []byte{0x14, 3, 3, 0, 1, 1})
	if len(head) >= 5 && head[0] == 0x17 && int(head[3])<<8|int(head[4]) < emptyCertificate {
		return certificateMissing
	}
	return certificatePresent
}
