package chaos

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
)

// siege holds connections that never come to anything.
type siege struct {
	t      *testing.T
	p      *process
	c      *caller
	config *tls.Config
	limit  time.Duration // how patient the agent is

	next atomic.Int64 // connection, which decides its source address
	held atomic.Int64
	wait sync.WaitGroup

	mu      sync.Mutex
	conns   []net.Conn
	longest map[string]time.Duration // by kind, of those that are gone
}

// slow opens one connection, says something on it, and returns what to say from
// then on, again and again.
type slow func(n int, raw net.Conn) (conn net.Conn, drop []byte, err error)

// lay opens n connections of a kind, a few at a time. On a busy machine some
// are closed before they have said anything, which is what shall happen to them.
func (a *siege) lay(kind string, n int, open slow) {
	a.t.Helper()
	var opened, failed atomic.Int64
	var opening sync.WaitGroup
	for range 16 {
		opening.Go(func() {
			for i := opened.Add(1); i <= int64(n); i = opened.Add(1) {
				if err := a.one(kind, int(i), open); err != nil && failed.Add(1) == 1 {
					a.t.Logf("%s %d: %v", kind, i, err)
				}
			}
		})
	}
	opening.Wait()
	a.t.Logf("%d connections, the last ones slow in %s, of which %d could not be opened", a.held.Load(), kind, failed.Load())
	if failed.Load() > int64(n)/10 {
		a.t.Errorf("%d of %d connections slow in %s could not be opened", failed.Load(), n, kind)
	}
}

func (a *siege) one(kind string, n int, open slow) error {
	source := a.next.Add(1) / perPeer
	began := time.Now()
	raw, err := dialFrom(a.t, a.p, net.IPv4(127, 0, 1, byte(source+1)))
	if err != nil {
		return err
	}
	conn, drop, err := open(n, raw)
	if err != nil {
		raw.Close()
		return err
	}
	a.mu.Lock()
	a.conns = append(a.conns, conn)
	a.mu.Unlock()
	a.held.Add(1)
	gone := make(chan struct{})
	a.wait.Go(func() {
		_, _ = io.Copy(io.Discard, conn) // whatever it is told, it has ended
		conn.Close()
		close(gone)
		a.note(kind, time.Since(began))
	})
	if len(drop) > 0 {
		a.wait.Go(func() { drip(conn, drop, a.limit/5, gone) })
	}
	return nil
}

// drip says a little now and then until the connection is gone.
func drip(conn net.Conn, drop []byte, every time.Duration, gone <-chan struct{}) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-gone:
			return
		case <-tick.C:
			if _, err := conn.Write(drop); err != nil {
				return
			}
		}
	}
}

func (a *siege) note(kind string, lasted time.Duration) {
	a.held.Add(-1)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.longest[kind] = max(a.longest[kind], lasted)
}

// lift ends what is left of it.
func (a *siege) lift() {
	a.mu.Lock()
	for _, conn := range a.conns {
		conn.Close()
	}
	a.mu.Unlock()
	a.wait.Wait()
}

// untilReaped waits until the agent has closed every connection.
func (a *siege) untilReaped() {
	a.t.Helper()
	a.p.until(a.t, func() (bool, string) {
		n := a.held.Load()
		return n == 0, fmt.Sprintf("%d connections are still open", n)
	})
	a.wait.Wait()
}

// halfOpen begins a handshake: every other one says nothing at all.
func (a *siege) halfOpen(n int, raw net.Conn) (net.Conn, []byte, error) {
	if n%2 == 0 {
		return raw, nil, nil
	}
	_, err := raw.Write([]byte{0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3}) // of a ClientHello of 508 bytes
	return raw, []byte{0}, err
}

// slowHeader has a certificate and never ends its header: every other one in
// HTTP/2, where a block of headers waits for its CONTINUATION.
func (a *siege) slowHeader(n int, raw net.Conn) (net.Conn, []byte, error) {
	if n%2 == 0 {
		conn, err := a.handshake(raw, "http/1.1")
		if err == nil {
			_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nX-Padding: ")
		}
		return conn, []byte("a"), err
	}
	conn, err := a.handshake(raw, "h2")
	if err != nil {
		return conn, nil, err
	}
	var hello bytes.Buffer
	hello.WriteString(http2.ClientPreface)
	framer := http2.NewFramer(&hello, nil)
	if err := framer.WriteSettings(); err != nil {
		return conn, nil, err
	}
	if err := framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte{0x82}}); err != nil { // :method GET
		return conn, nil, err
	}
	_, err = conn.Write(hello.Bytes())
	return conn, nil, err
}

func (a *siege) handshake(raw net.Conn, protocol string) (*tls.Conn, error) {
	config := a.config.Clone()
	config.NextProtos = []string{protocol}
	conn := tls.Client(raw, config)
	return conn, conn.HandshakeContext(a.t.Context())
}

// slowBody has every proof and never ends its body.
func (a *siege) slowBody(_ int, raw net.Conn) (net.Conn, []byte, error) {
	conn, err := a.handshake(raw, "http/1.1")
	if err != nil {
		return conn, nil, err
	}
	r, err := a.c.sign(a.p.url, "hello")
	if err != nil {
		return conn, nil, err
	}
	var head bytes.Buffer
	fmt.Fprintf(&head, "POST / HTTP/1.1\r\nHost: agent\r\nContent-Length: %d\r\n", len(r.Body))
	if err := r.Header.Write(&head); err != nil {
		return conn, nil, err
	}
	fmt.Fprintf(&head, "\r\n%s", r.Body[:1])
	_, err = conn.Write(head.Bytes())
	return conn, []byte(" "), err
}

func dialFrom(t *testing.T, p *process, ip net.IP) (net.Conn, error) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: ip}, Timeout: patience}
	return dialer.DialContext(t.Context(), "tcp", p.address())
}
