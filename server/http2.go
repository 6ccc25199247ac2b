package server

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// http2Listener hands on the connections of another one, which are *tls.Conn.
// Those that agreed on HTTP/2 end when a frame, or a header of several frames,
// takes longer than it may: http.Server has ReadHeaderTimeout for HTTP/1 alone.
// It is served by an http.Server whose protocols are HTTP/1 and unencrypted
// HTTP/2: that is how net/http takes a connection whose TLS it does not see, and
// a client still cannot choose but by ALPN. [tlsState] has what it does not see.
type http2Listener struct {
	net.Listener
	timeouts Timeouts
}

// Accept returns the next connection.
func (l *http2Listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if conn, ok := c.(*tls.Conn); ok && conn.ConnectionState().NegotiatedProtocol == "h2" {
		return &http2Conn{Conn: c, timeouts: l.timeouts}, nil
	}
	return c, nil
}

// http2Conn is a connection that agreed on HTTP/2.
type http2Conn struct {
	net.Conn // a *tls.Conn, whose further methods net/http must not see
	timeouts Timeouts

	// Of the one goroutine that reads.
	frames frames
	clock  unfinished
}

// unfinished is what a deadline was set for.
type unfinished struct {
	begun int
	phase phase
}

// Read reads what the peer sent, and fails when it takes too long to finish
// what it began.
func (c *http2Conn) Read(p []byte) (int, error) {
	if err := c.wind(); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	if wrong := c.frames.feed(p[:n]); wrong != nil {
		return 0, wrong
	}
	return n, err
}

// wind sets the deadline of what is unfinished when that is new, and takes it
// off again. Until the preface has come the deadline is that of http.Server.
func (c *http2Conn) wind() error {
	now := unfinished{c.frames.begun, c.frames.phase()}
	if now.phase == between {
		now.begun = 0
	}
	if now == c.clock {
		return nil
	}
	c.clock = now
	switch now.phase {
	case within:
		return c.Conn.SetReadDeadline(time.Now().Add(c.timeouts.Header))
	case inData:
		return c.Conn.SetReadDeadline(time.Now().Add(c.timeouts.Body))
	default:
		return c.Conn.SetReadDeadline(time.Time{})
	}
}

// tlsState returns the TLS state of a connection, nil if it has none.
func tlsState(c net.Conn) *tls.ConnectionState {
	if wrapped, ok := c.(*http2Conn); ok {
		c = wrapped.Conn
	}
	conn, ok := c.(*tls.Conn)
	if !ok {
		return nil
	}
	state := conn.ConnectionState()
	return &state
}

// http2Config returns what one HTTP/2 connection may make net/http hold. write
// is how long the peer may read nothing: the frames that net/http writes of its
// own accord, such as answers to PING and resets, pass no other deadline.
func http2Config(write time.Duration) *http.HTTP2Config {
	return &http.HTTP2Config{
		MaxConcurrentStreams: streams,
		// A frame is given its memory when its length is announced.
		MaxReadFrameSize: frameBytes,
		// What may come before a handler reads it, or refuses.
		MaxReceiveBufferPerConnection: uploadBytes,
		MaxReceiveBufferPerStream:     uploadBytes,
		WriteByteTimeout:              write,
	}
}

const (
	streams     = 100
	frameBytes  = 16 << 10
	uploadBytes = 256 << 10
)
